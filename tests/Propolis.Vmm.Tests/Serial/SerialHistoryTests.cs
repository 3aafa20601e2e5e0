using System.Text;
using Propolis.Vmm.Serial;
using Propolis.Vmm.State;

namespace Propolis.Vmm.Tests.Serial;

public sealed class SerialHistoryTests
{
    [Fact]
    public void Readers_go_on_elsewhere_at_the_same_positions()
    {
        var here = new SerialBacklog(8);
        here.Append("0123456789ab"u8);
        var there = new SerialBacklog(8);
        there.Append("noise"u8);

        Move(here, there);
        there.Append("cd"u8);

        long position = 6;
        var buffer = new byte[16];
        Assert.Equal("6789abcd", Encoding.ASCII.GetString(buffer, 0, there.Read(ref position, buffer)));
        Assert.Equal(14, there.End);
    }

    [Fact]
    public void A_smaller_backlog_keeps_the_newest()
    {
        var here = new SerialBacklog(64);
        here.Append("0123456789"u8);
        var there = new SerialBacklog(4);

        Move(here, there);

        long position = 0;
        var buffer = new byte[16];
        Assert.Equal("6789", Encoding.ASCII.GetString(buffer, 0, there.Read(ref position, buffer)));
        Assert.Equal(10, position);
    }

    [Fact]
    public void More_kept_than_sent_is_refused()
    {
        var writer = new StateWriter();
        writer.Write(1L);
        writer.Write("ab"u8);

        Assert.Throws<StateFormatException>(() => new SerialHistory(new SerialBacklog(4)).Import(new StateReader(writer.Written.ToArray(), "com1")));
    }

    static void Move(SerialBacklog from, SerialBacklog to)
    {
        var writer = new StateWriter();
        new SerialHistory(from).Export(writer);
        var reader = new StateReader(writer.Written.ToArray(), "com1");
        new SerialHistory(to).Import(reader);
        reader.ExpectEnd();
    }
}
