namespace Propolis.Vmm.State;

/// <summary>
/// A part of the machine whose state leaves and enters as one payload, in snapshots and in live migration. Called only while the part is
/// paused. The same build, or a later one that still knows the version, imports what this one exported.
/// </summary>
public interface ISnapshot
{
    /// <summary>Name of the payload's format, for instance "uart-16550". Never reused for another layout.</summary>
    string Kind { get; }

    /// <summary>Version of the layout, from 1, raised by every change.</summary>
    int Version { get; }

    /// <summary>A fresh machine may export and import this part for practice (<see cref="StateRegistry.Rehearse"/>); not where that costs much.</summary>
    bool CanRehearse => true;

    /// <summary>Writes the state. Changes nothing.</summary>
    void Export(StateWriter writer);

    /// <summary>Replaces the state. Throws <see cref="StateFormatException"/> when the payload is wrong; the machine is then discarded.</summary>
    void Import(StateReader reader);
}
