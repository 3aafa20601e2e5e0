using Propolis.Vmm.Devices.Flash;

namespace Propolis.Vmm.Tests.Devices.Flash;

/// <summary>
/// A power failure at every point of a variable's update, as UEFI firmware makes it: write the new copy, mark it valid, mark the old one deleted. Whatever the disk
/// kept of the writes after its last sync, one complete copy must be found.
/// </summary>
public sealed class FlashPowerCutTests
{
    const int Length = 0x2000;
    const int OldCopy = 0x100;
    const int NewCopy = 0x200;
    const byte Valid = 0x3f;
    const byte Deleted = 0x3d;

    [Fact]
    public void Either_the_old_or_the_new_variable_survives_a_cut_anywhere()
    {
        var steps = Update("new value").Count;
        for (var cut = 0; cut <= steps; cut++)
        {
            for (var seed = 0; seed < 20; seed++)
            {
                var found = Find(CutAt(cut, seed));
                Assert.True(found is "old value" or "new value", $"cut {cut} of {steps}, seed {seed}: found '{found}'");
            }
        }
        Assert.Equal("old value", Find(CutAt(0, 0)));
        Assert.Equal("new value", Find(CutAt(steps, 0)));
    }

    static byte[] CutAt(int cut, int seed)
    {
        var cells = new UnreliableCells(Length);
        var chip = new FlashChip(Length, cells);
        foreach (var (offset, value) in Copy(OldCopy, "old value")) chip.Write(offset, [value]);
        cells.Sync();
        foreach (var (offset, value) in Update("new value").Take(cut)) chip.Write(offset, [value]);
        return cells.PowerCut(new Random(seed));
    }

    static List<(int Offset, byte Value)> Update(string value) => [.. Copy(NewCopy, value), .. Program(OldCopy, [Deleted])];

    static List<(int Offset, byte Value)> Copy(int at, string value) =>
        [.. Program(at + 1, [(byte)value.Length, .. System.Text.Encoding.ASCII.GetBytes(value)]), .. Program(at, [Valid])];

    /// <summary>OVMF's way: a command and a byte each, then back to the array.</summary>
    static IEnumerable<(int Offset, byte Value)> Program(int at, byte[] bytes) =>
        [.. bytes.SelectMany((value, i) => new[] { (at + i, (byte)0x10), (at + i, value) }), (at + bytes.Length - 1, (byte)0xff)];

    static string Find(byte[] cells)
    {
        // As firmware does: a valid copy counts, the new one first.
        foreach (var at in new[] { NewCopy, OldCopy })
        {
            if (cells[at] == Valid) return System.Text.Encoding.ASCII.GetString(cells, at + 2, cells[at + 1]);
        }
        return "nothing";
    }

    /// <summary>A disk that keeps any part of what was written since the last sync.</summary>
    sealed class UnreliableCells(int length) : IFlashCells
    {
        readonly byte[] _now = Enumerable.Repeat((byte)0xff, length).ToArray();
        readonly byte[] _synced = Enumerable.Repeat((byte)0xff, length).ToArray();
        readonly List<(int Offset, byte[] Bytes)> _pending = [];

        public void Read(int offset, Span<byte> destination) => _now.AsSpan(offset, destination.Length).CopyTo(destination);

        public bool TryWrite(int offset, ReadOnlySpan<byte> source)
        {
            source.CopyTo(_now.AsSpan(offset));
            _pending.Add((offset, source.ToArray()));
            return true;
        }

        public void Sync()
        {
            _pending.Clear();
            _now.CopyTo(_synced, 0);
        }

        public byte[] PowerCut(Random random)
        {
            var left = (byte[])_synced.Clone();
            foreach (var (offset, bytes) in _pending)
            {
                if (random.Next(2) == 0) bytes.CopyTo(left, offset);
            }
            return left;
        }
    }
}
