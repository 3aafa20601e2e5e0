using Propolis.Vmm.State;

namespace Propolis.Vmm.Tests.Devices;

/// <summary>Several parts whose states travel as one.</summary>
sealed class Parts(params ISnapshot[] parts) : ISnapshot
{
    public string Kind => "parts";

    public int Version => 1;

    public void Export(StateWriter writer)
    {
        foreach (var part in parts) part.Export(writer);
    }

    public void Import(StateReader reader)
    {
        foreach (var part in parts) part.Import(reader);
    }
}
