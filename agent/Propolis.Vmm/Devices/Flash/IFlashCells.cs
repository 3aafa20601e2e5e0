namespace Propolis.Vmm.Devices.Flash;

/// <summary>The memory cells of a flash chip: what the chip's command logic reads and changes. Offsets and lengths lie inside the chip.</summary>
public interface IFlashCells
{
    /// <summary>Copies cells out.</summary>
    void Read(int offset, Span<byte> destination);

    /// <summary>Sets cells, lastingly as far as a crash of this process goes. False when that is not possible (a full disk); nothing has changed then.</summary>
    bool TryWrite(int offset, ReadOnlySpan<byte> source);

    /// <summary>Makes what was written survive a power failure.</summary>
    void Sync();
}
