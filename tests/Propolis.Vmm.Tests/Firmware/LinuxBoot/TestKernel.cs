using System.Buffers.Binary;

namespace Propolis.Vmm.Tests.Firmware.LinuxBoot;

/// <summary>A bzImage by the book with a payload of a recognizable pattern.</summary>
static class TestKernel
{
    public const int PayloadOffset = 0x400;

    public static byte[] Make(int payloadLength = 4096, uint initLength = 2 << 20)
    {
        var file = new byte[PayloadOffset + payloadLength];
        file[0x1f1] = 1; // one setup sector behind the boot sector
        Put(file, 0x1f4, (uint)payloadLength / 16);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(0x1fe), 0xaa55);
        file[0x201] = 0x6a; // jump over the header, which ends at 0x26c
        "HdrS"u8.CopyTo(file.AsSpan(0x202));
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(0x206), 0x020f);
        file[0x211] = 1;
        Put(file, 0x22c, 0x7fff_ffff);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(0x236), 0x3f);
        Put(file, 0x238, 2047);
        Put(file, 0x258, 0x100_0000);
        Put(file, 0x260, initLength);
        for (var i = 0; i < payloadLength; i++) file[PayloadOffset + i] = (byte)(i * 7);
        return file;
    }

    public static void Put(byte[] file, int offset, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(offset), value);
}
