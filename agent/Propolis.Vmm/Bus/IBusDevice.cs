namespace Propolis.Vmm.Bus;

/// <summary>
/// A range of ports or of memory that answers accesses. Called from vCPU threads, from several at once: the device has its own lock.
/// Offsets count from the start of the range; the width is the span's length, 1, 2, 4 or 8 bytes, and never crosses the range's end.
/// </summary>
public interface IBusDevice
{
    /// <summary>Fills <paramref name="data"/>; it arrives as all ones, which is what an unclaimed read gives.</summary>
    void Read(ulong offset, Span<byte> data);

    /// <summary>Takes a guest's write. Nonsense is ignored and counted, never thrown.</summary>
    void Write(ulong offset, ReadOnlySpan<byte> data);
}
