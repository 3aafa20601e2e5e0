using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Propolis.Vmm.Serial;

namespace Propolis.Vmm.Tests.Serial;

public sealed class SerialBacklogTests
{
    [Fact]
    public void Late_reader_gets_the_newest_bytes()
    {
        var backlog = new SerialBacklog(4);
        backlog.Append("abcdefg"u8);
        long position = 0;

        Assert.Equal("defg", ReadAll(backlog, ref position));
        Assert.Equal(7, position);
    }

    [Fact]
    public void Reader_that_keeps_up_loses_nothing()
    {
        var backlog = new SerialBacklog(4);
        long position = 0;
        var seen = "";
        foreach (var piece in new[] { "ab", "cde", "f", "ghij" })
        {
            backlog.Append(Encoding.ASCII.GetBytes(piece));
            seen += ReadAll(backlog, ref position);
        }
        Assert.Equal("abcdefghij", seen);
    }

    [Fact]
    public async Task Waiting_ends_with_the_next_byte()
    {
        var backlog = new SerialBacklog(16);
        backlog.Append("x"u8);
        var waiting = backlog.WaitBeyondAsync(1, CancellationToken.None);
        Assert.False(waiting.IsCompleted);

        backlog.Append("y"u8);

        await waiting.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void The_first_bytes_are_kept_beside_the_newest()
    {
        var backlog = new SerialBacklog(4, firstCapacity: 3);
        foreach (var piece in new[] { "ab", "cd", "efg", "hij" }) backlog.Append(Encoding.ASCII.GetBytes(piece));
        long position = 1;

        Assert.Equal("bcghij", ReadAll(backlog, ref position));
        Assert.Equal((3, 6, 10), (backlog.FirstEnd, backlog.Start, backlog.End));
    }

    [Fact]
    public void A_restored_backlog_has_the_first_and_the_newest_bytes_and_no_others()
    {
        var backlog = new SerialBacklog(4, firstCapacity: 3);
        backlog.Restore(10, "abc"u8, "hij"u8);
        backlog.Append("k"u8);
        long position = 0;

        Assert.Equal("abchijk", ReadAll(backlog, ref position));
        Assert.Equal((3, 11), (backlog.FirstEnd, backlog.End));
    }

    [Fact]
    public void First_and_newest_bytes_that_touch_are_read_without_a_seam() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[][]>(), ArbMap.Default.ArbFor<PositiveInt>(), ArbMap.Default.ArbFor<NonNegativeInt>(), (pieces, capacity, first) =>
        {
            var backlog = new SerialBacklog(capacity.Get, first.Get);
            foreach (var piece in pieces) backlog.Append(piece);
            var all = pieces.SelectMany(p => p).ToArray();
            long position = 0;
            var buffer = new byte[all.Length + 1];
            var count = 0;
            for (int read; (read = backlog.Read(ref position, buffer.AsSpan(count))) > 0;) count += read;
            byte[] kept = [.. all[..Math.Min(first.Get, all.Length)], .. all[Math.Max(Math.Min(first.Get, all.Length), all.Length - capacity.Get)..]];
            return kept.AsSpan().SequenceEqual(buffer.AsSpan(0, count));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Backlog_always_holds_the_tail_of_what_was_sent() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[][]>(), ArbMap.Default.ArbFor<PositiveInt>(), (pieces, capacity) =>
        {
            var backlog = new SerialBacklog(capacity.Get);
            foreach (var piece in pieces) backlog.Append(piece);
            var all = pieces.SelectMany(p => p).ToArray();
            long position = 0;
            var buffer = new byte[all.Length + 1];
            var count = backlog.Read(ref position, buffer);
            return all[^count..].SequenceEqual(buffer[..count]) && count == Math.Min(all.Length, capacity.Get) && position == all.Length;
        }).QuickCheckThrowOnFailure();

    static string ReadAll(SerialBacklog backlog, ref long position)
    {
        var text = "";
        var buffer = new byte[3];
        for (var count = backlog.Read(ref position, buffer); count > 0; count = backlog.Read(ref position, buffer))
            text += Encoding.ASCII.GetString(buffer, 0, count);
        return text;
    }
}
