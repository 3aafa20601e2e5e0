using Propolis.Vmm.Devices.Flash;

namespace Propolis.Vmm.Tests.Devices.Flash;

/// <summary>Cells in an array, with a disk that can be full, and a log of what would last at each sync.</summary>
sealed class ArrayCells(int length) : IFlashCells
{
    public byte[] Bytes { get; } = Enumerable.Repeat((byte)0xff, length).ToArray();

    public bool IsFull { get; set; }

    public List<byte[]> Synced { get; } = [];

    public void Read(int offset, Span<byte> destination) => Bytes.AsSpan(offset, destination.Length).CopyTo(destination);

    public bool TryWrite(int offset, ReadOnlySpan<byte> source)
    {
        if (IsFull) return false;
        source.CopyTo(Bytes.AsSpan(offset));
        return true;
    }

    public void Sync() => Synced.Add((byte[])Bytes.Clone());
}
