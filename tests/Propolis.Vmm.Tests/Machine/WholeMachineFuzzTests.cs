using Propolis.Vmm.Tests.Fuzz;

namespace Propolis.Vmm.Tests.Machine;

/// <summary>A few lives of a machine whose guest does anything anywhere: see <see cref="WholeMachine"/>. The bench runs many.</summary>
public sealed class WholeMachineFuzzTests
{
    [Fact]
    public async Task A_guest_that_does_anything_leaves_a_machine_that_pauses_and_travels()
    {
        for (var seed = 0; seed < 20; seed++) await WholeMachine.PlayAsync(seed);
    }

    [Fact]
    public void Every_target_holds_for_some_cases()
    {
        foreach (var target in FuzzTargets.All()) FsCheck.Check.One(FsCheck.Config.QuickThrowOnFailure.WithMaxTest(3), target.Property());
    }
}
