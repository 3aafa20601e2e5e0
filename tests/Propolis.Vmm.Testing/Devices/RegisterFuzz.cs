using FsCheck;
using FsCheck.Fluent;
using Propolis.Vmm.Bus;
using Propolis.Vmm.State;

namespace Propolis.Vmm.Tests.Devices;

/// <summary>
/// What every device must stand: any access of any width at any offset, and a snapshot in the middle after which the twin that took it answers as the original does.
/// </summary>
static class RegisterFuzz
{
    static readonly int[] Widths = [1, 2, 4, 8];

    /// <summary>Ranges of an address bus that belong to the device.</summary>
    public sealed record Window(bool IsMemory, ulong Start, int Length);

    /// <summary>A device on its own board.</summary>
    public sealed record Subject(Board Board, ISnapshot Device);

    public static void Run(Func<Subject> create, params Window[] windows) => Stands(create, windows).QuickCheckThrowOnFailure();

    public static Property Stands(Func<Subject> create, params Window[] windows) =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed => Play(create, windows, seed));

    static void Play(Func<Subject> create, Window[] windows, int seed)
    {
        var random = new Random(seed);
        var original = create();
        for (var i = 0; i < 200; i++) Access(original.Board, windows, random.Next());
        var twin = create();
        twin.Board.Time.SetWallClock(original.Board.Time.GetUtcNow());
        Board.Transfer(original.Device, twin.Device);
        Assert.True(Levels(original.Board).SequenceEqual(Levels(twin.Board)), $"seed {seed}: interrupt levels differ after the snapshot");
        for (var i = 0; i < 200; i++)
        {
            var step = random.Next();
            var (expected, actual) = (Access(original.Board, windows, step), Access(twin.Board, windows, step));
            Assert.True(expected == actual, $"seed {seed}, step {i} after the snapshot: the original says {expected}, its twin {actual}");
        }
        Assert.Equal(Convert.ToHexString(Board.Export(original.Device)), Convert.ToHexString(Board.Export(twin.Device)));
    }

    static IEnumerable<bool> Levels(Board board) => Enumerable.Range(0, InterruptInputs.Count).Select(board.Level);

    static string Access(Board board, Window[] windows, int step)
    {
        var random = new Random(step);
        var window = windows[random.Next(windows.Length)];
        var width = Widths[random.Next(Widths.Length)];
        var address = window.Start + (ulong)random.Next(window.Length);
        var bus = window.IsMemory ? board.MemoryMapped : board.Ports;
        var data = new byte[width];
        if (random.Next(8) == 0) board.Time.Advance(TimeSpan.FromMilliseconds(random.Next(1500)));
        if (random.Next(2) == 0)
        {
            var claimed = bus.Read(address, data);
            return $"{claimed} {address:x} = {Convert.ToHexString(data)}, interrupts {string.Join(' ', Levels(board).Select(l => l ? 1 : 0))}";
        }
        random.NextBytes(data);
        // Small values reach more registers and commands than random ones.
        if (random.Next(2) == 0) data.AsSpan().Fill((byte)random.Next(16));
        return $"{bus.Write(address, data)} {address:x}, interrupts {string.Join(' ', Levels(board).Select(l => l ? 1 : 0))}";
    }
}
