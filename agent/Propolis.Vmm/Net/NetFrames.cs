using System.Buffers.Binary;

namespace Propolis.Vmm.Net;

/// <summary>Frames that the host makes itself, and limits of all frames.</summary>
public static class NetFrames
{
    /// <summary>Largest frame: an unsegmented one of 64 KiB with its Ethernet header and a VLAN tag.</summary>
    public const int MaxLength = 65535 + 14 + 4;

    /// <summary>Bytes of an Ethernet header.</summary>
    public const int EthernetHeader = 14;

    /// <summary>Bytes of <see cref="WriteAnnouncement"/>: header, then the smallest Ethernet frame.</summary>
    public const int AnnouncementLength = NetHeader.Size + 60;

    const ushort ReverseArp = 0x8035;

    /// <summary>
    /// A reverse ARP request from an address to everybody (RFC 903): asks nothing that anyone answers, but teaches switches where the address now is, after a guest has moved.
    /// </summary>
    public static void WriteAnnouncement(MacAddress address, Span<byte> frame)
    {
        frame[..AnnouncementLength].Clear();
        var ethernet = frame[NetHeader.Size..];
        ethernet[..6].Fill(0xff);
        address.CopyTo(ethernet[6..]);
        BinaryPrimitives.WriteUInt16BigEndian(ethernet[12..], ReverseArp);
        var body = ethernet[EthernetHeader..];
        BinaryPrimitives.WriteUInt16BigEndian(body, 1);
        BinaryPrimitives.WriteUInt16BigEndian(body[2..], 0x0800);
        body[4] = MacAddress.Length;
        body[5] = 4;
        BinaryPrimitives.WriteUInt16BigEndian(body[6..], 3);
        address.CopyTo(body[8..]);
        address.CopyTo(body[18..]);
    }
}
