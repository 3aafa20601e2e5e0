using Propolis.Vmm.Bus;

namespace Propolis.Vmm.Devices.Piix3;

/// <summary>
/// The four PIRQ links and where they lead. A link is high while one of its wires is; re-routing a link takes its level along.
/// Lock order: a link's own lock, then <see cref="_gate"/>, then an input's.
/// </summary>
public sealed class PirqRouter
{
    readonly Lock _gate = new();
    readonly SharedInterrupt[] _links = new SharedInterrupt[PirqRules.Links];
    readonly IInterruptLine[,] _routes = new IInterruptLine[PirqRules.Links, PirqRules.Interrupts];
    readonly int?[] _route = new int?[PirqRules.Links];
    readonly bool[] _level = new bool[PirqRules.Links];

    /// <summary>Links that lead nowhere yet.</summary>
    public PirqRouter(InterruptInputs inputs)
    {
        for (var i = 0; i < PirqRules.Links; i++)
        {
            var link = i;
            _links[i] = new SharedInterrupt(level => SetLevel(link, level));
            for (var interrupt = 0; interrupt < PirqRules.Interrupts; interrupt++) _routes[i, interrupt] = inputs.Connect(interrupt);
        }
    }

    /// <summary>A new wire to a link, 0 (LNKA) to 3, low at first.</summary>
    public IInterruptLine Connect(int link) => _links[link].Connect();

    /// <summary>Leads each link to where its register says.</summary>
    public void Follow(ReadOnlySpan<byte> registers)
    {
        lock (_gate)
        {
            for (var link = 0; link < PirqRules.Links; link++)
            {
                var route = PirqRules.RouteOf(registers[link]);
                if (route == _route[link]) continue;
                Drive(link, false);
                _route[link] = route;
                Drive(link, _level[link]);
            }
        }
    }

    void SetLevel(int link, bool level)
    {
        lock (_gate)
        {
            _level[link] = level;
            Drive(link, level);
        }
    }

    void Drive(int link, bool level)
    {
        if (_route[link] is not { } interrupt) return;
        if (level) _routes[link, interrupt].Assert();
        else _routes[link, interrupt].Deassert();
    }
}
