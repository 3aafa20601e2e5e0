using FsCheck;
using Propolis.Vmm.Tests.Fuzz;

namespace Propolis.Vmm.Tests.Devices.Nvme;

/// <summary>Whatever a guest does, the controller neither throws nor loses or doubles an answer: see <see cref="HostileNvme"/>.</summary>
public sealed class NvmeFuzzTests
{
    [Fact]
    public void Every_io_command_gets_exactly_one_answer() => HostileNvme.IoCommands().QuickCheckThrowOnFailure();

    [Fact]
    public void Every_admin_command_gets_one_answer_or_is_parked() => HostileNvme.AdminCommands().QuickCheckThrowOnFailure();

    [Fact]
    public void Random_register_accesses_leave_a_controller_that_can_be_reset() => HostileNvme.Registers().QuickCheckThrowOnFailure();

    [Fact]
    public void Random_shadow_doorbells_never_spin_or_throw() => HostileNvme.ShadowDoorbells().QuickCheckThrowOnFailure();

    [Fact]
    public void Damaged_snapshots_are_refused_or_harmless() => HostileNvme.DamagedSnapshots().QuickCheckThrowOnFailure();
}
