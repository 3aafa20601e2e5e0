using System.Buffers.Binary;

namespace Propolis.Vmm.Firmware.LinuxBoot;

/// <summary>
/// What a loader must know of a bzImage (Linux, Documentation/arch/x86/boot.rst): read from the file's first sectors by <see cref="Parse"/>.
/// </summary>
/// <param name="PayloadOffset">Where the protected-mode code starts in the file.</param>
/// <param name="PayloadLength">Its bytes.</param>
/// <param name="HeaderLength">Bytes of the setup header from offset 0x1F1, to be copied to boot_params.</param>
/// <param name="InitrdAddressMax">Highest address that an initrd's last byte may have.</param>
/// <param name="CommandLineMax">Longest command line, the closing zero not counted.</param>
/// <param name="PreferredAddress">Where the kernel wants to be loaded.</param>
/// <param name="InitLength">Bytes that it uses from its load address before it looks at the memory map.</param>
public sealed record BzImageHeader(
    int PayloadOffset, int PayloadLength, int HeaderLength, ulong InitrdAddressMax, uint CommandLineMax, ulong PreferredAddress, ulong InitLength)
{
    /// <summary>Bytes of the file that <see cref="Parse"/> wants, or the whole of a shorter file.</summary>
    public const int PrefixLength = 0x400;

    /// <summary>Offset of the setup header in the file and in boot_params.</summary>
    public const int HeaderOffset = 0x1f1;

    const int HeaderEnd = 0x290; // boot_params has other things behind it
    const int SectorLength = 512;
    const ushort MinVersion = 0x020c;
    const ushort Kernel64 = 1;
    const byte LoadedHigh = 1;

    /// <summary>
    /// Reads the header. On failure the header is null and the complaint says what is wrong, to be put behind the file's name: "PATH " + complaint.
    /// </summary>
    public static (BzImageHeader? Header, string? Complaint) Parse(ReadOnlySpan<byte> prefix, int fileLength)
    {
        if (prefix.Length < HeaderEnd || Word(prefix, 0x1fe) != 0xaa55 || !prefix.Slice(0x202, 4).SequenceEqual("HdrS"u8))
            return (null, "is not a Linux kernel (bzImage): the setup header's signature is missing.");
        var version = Word(prefix, 0x206);
        if (version < MinVersion)
            return (null, $"speaks boot protocol {version >> 8}.{version & 0xff:d2}; 2.12 (Linux 3.8) or later is needed.");
        if ((prefix[0x211] & LoadedHigh) == 0) return (null, "is a zImage, which loads below 1 MiB; a bzImage is needed.");
        if ((Word(prefix, 0x236) & Kernel64) == 0) return (null, "is a 32-bit kernel; a 64-bit one is needed.");
        return ParseSizes(prefix, fileLength);
    }

    static (BzImageHeader? Header, string? Complaint) ParseSizes(ReadOnlySpan<byte> prefix, int fileLength)
    {
        var payload = ((prefix[HeaderOffset] == 0 ? 4 : prefix[HeaderOffset]) + 1) * SectorLength;
        // syssize counts the payload in units of 16 bytes; a signature behind it is not loaded.
        var length = (long)Dword(prefix, 0x1f4) * 16;
        if (length == 0 || payload + length > fileLength + 15)
            return (null, $"is cut off: its header announces {payload + length} bytes, the file has {fileLength}.");
        var header = Math.Min(0x202 + prefix[0x201], HeaderEnd) - HeaderOffset;
        var initLength = Math.Max(Dword(prefix, 0x260), (ulong)length);
        return (new BzImageHeader(
            payload, (int)Math.Min(length, fileLength - payload), header, Dword(prefix, 0x22c), Dword(prefix, 0x238), Qword(prefix, 0x258), initLength), null);
    }

    static ushort Word(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[offset..]);

    static uint Dword(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[offset..]);

    static ulong Qword(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[offset..]);
}
