using Propolis.Vmm.State;

namespace Propolis.Vmm.Serial;

/// <summary>A backlog as state: a guest that goes on elsewhere brings along what it has sent, and readers there go on at the same positions.</summary>
public sealed class SerialHistory(SerialBacklog backlog) : ISnapshot
{
    /// <inheritdoc/>
    public string Kind => "serial-history";

    /// <inheritdoc/>
    public int Version => 1;

    /// <inheritdoc/>
    public void Export(StateWriter writer)
    {
        var position = backlog.Start;
        var kept = new byte[backlog.End - position];
        var count = backlog.Read(ref position, kept);
        writer.Write(position);
        writer.Write((ReadOnlySpan<byte>)kept.AsSpan(0, count));
        var first = new byte[backlog.FirstEnd];
        var start = 0L;
        backlog.Read(ref start, first);
        writer.Write((ReadOnlySpan<byte>)first);
    }

    /// <inheritdoc/>
    public void Import(StateReader reader)
    {
        var end = reader.ReadInt64();
        var kept = reader.ReadBytes();
        var first = reader.ReadBytes();
        if (end < Math.Max(kept.Length, first.Length)) throw new StateFormatException($"{reader.Owner}: {kept.Length} and {first.Length} bytes kept of {end} sent.");
        backlog.Restore(end, first, kept);
    }
}
