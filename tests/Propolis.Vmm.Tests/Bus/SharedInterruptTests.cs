using Propolis.Vmm.Bus;
using Propolis.Vmm.Devices.Piix3;

namespace Propolis.Vmm.Tests.Bus;

public sealed class SharedInterruptTests
{
    readonly List<bool> _levels = [];
    readonly SharedInterrupt _input;

    public SharedInterruptTests() => _input = new SharedInterrupt(_levels.Add);

    [Fact]
    public void Input_is_high_while_one_wire_is()
    {
        var (first, second) = (_input.Connect(), _input.Connect());

        first.Assert();
        second.Assert();
        first.Deassert();
        second.Deassert();

        Assert.Equal([true, false], _levels);
    }

    [Fact]
    public void Repeated_calls_change_nothing()
    {
        var wire = _input.Connect();

        wire.Deassert();
        wire.Assert();
        wire.Assert();
        wire.Deassert();
        wire.Deassert();

        Assert.Equal([true, false], _levels);
    }

    [Fact]
    public void Refresh_tells_the_level_again()
    {
        _input.Refresh();
        _input.Connect().Assert();
        _input.Refresh();

        Assert.Equal([false, true, true], _levels);
    }

    [Fact]
    public void Level_is_right_after_threads_have_fought_over_wires_and_routes()
    {
        var levels = new int[InterruptInputs.Count];
        var router = new PirqRouter(new InterruptInputs((number, level) => Volatile.Write(ref levels[number], level ? 1 : 0)));
        var wires = Enumerable.Range(0, 4).Select(router.Connect).ToArray();

        Parallel.For(0, 5, worker =>
        {
            var random = new Random(worker);
            for (var i = 0; i < 20_000; i++)
            {
                if (worker == 4) router.Follow([Route(random), Route(random), Route(random), Route(random)]);
                else if (random.Next(2) == 0) wires[worker].Assert();
                else wires[worker].Deassert();
            }
            if (worker < 4) wires[worker].Deassert();
        });
        Assert.All(levels, level => Assert.Equal(0, level));

        wires[2].Assert();
        router.Follow([5, 10, 11, 0x80]);
        Assert.Equal([11], Enumerable.Range(0, levels.Length).Where(i => levels[i] == 1));
    }

    static byte Route(Random random) => random.Next(4) switch { 0 => 5, 1 => 10, 2 => 11, _ => 0x80 };
}
