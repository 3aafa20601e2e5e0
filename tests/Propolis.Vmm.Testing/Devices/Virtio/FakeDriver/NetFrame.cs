using System.Runtime.InteropServices;
using Propolis.Vmm.Net;

namespace Propolis.Vmm.Tests.Devices.Virtio.FakeDriver;

/// <summary>Frames for tests: a header, addresses, a type nobody answers, and a payload that counts up.</summary>
static class NetFrame
{
    public static readonly MacAddress Guest = Parse("02:08:20:00:00:01");
    public static readonly MacAddress Other = Parse("02:08:20:00:00:02");
    public static readonly MacAddress Broadcast = new([0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);

    public static byte[] Make(MacAddress to, int payload, NetHeader header = default)
    {
        var frame = new byte[NetHeader.Size + NetFrames.EthernetHeader + payload];
        MemoryMarshal.Write(frame, header);
        to.CopyTo(frame.AsSpan(NetHeader.Size));
        Other.CopyTo(frame.AsSpan(NetHeader.Size + 6));
        frame[NetHeader.Size + 12] = 0x88;
        frame[NetHeader.Size + 13] = 0xb5;
        for (var i = 0; i < payload; i++) frame[NetHeader.Size + NetFrames.EthernetHeader + i] = (byte)(i * 31);
        return frame;
    }

    public static MacAddress Parse(string text)
    {
        Assert.True(MacAddress.TryParse(text, out var address), text);
        return address;
    }
}
