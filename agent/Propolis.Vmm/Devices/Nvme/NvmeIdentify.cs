using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using Propolis.Vmm.Block;
using Propolis.Vmm.Pci;

namespace Propolis.Vmm.Devices.Nvme;

/// <summary>The identify data structures (NVMe 1.4, section 5.15.2), 4096 bytes each; all numbers are offsets from the specification's figures.</summary>
static class NvmeIdentify
{
    /// <summary>Bytes of every identify structure.</summary>
    public const int Length = 4096;

    /// <summary>Firmware revision, 8 characters.</summary>
    public const string FirmwareRevision = "1.0     ";

    const string Model = "Propolis NVMe disk";
    const byte UuidDescriptor = 3;

    /// <summary>CNS 01h, figure 247.</summary>
    public static byte[] Controller(NvmeOptions options, BlockGeometry geometry, PciIdentity identity)
    {
        var data = new byte[Length];
        Put16(data, 0, identity.Vendor);
        Put16(data, 2, identity.SubsystemVendor);
        options.Serial.CopyTo(data, 4);
        Encoding.ASCII.GetBytes(Model.PadRight(40)).CopyTo(data, 24);
        Encoding.ASCII.GetBytes(FirmwareRevision).CopyTo(data, 64);
        data[77] = NvmeRules.MaxTransferShift;
        Put32(data, 80, NvmeRules.Version);
        data[111] = 1; // CNTRLTYPE: an I/O controller
        Put16(data, 256, 1 << 8); // OACS: Doorbell Buffer Config
        data[258] = 3; // ACL, zero-based
        data[259] = NvmeRules.MaxEventRequests - 1;
        data[260] = 0x03; // FRMW: one slot, read-only
        data[261] = 0x06; // LPA: commands supported, offsets into log pages
        data[262] = NvmeRules.ErrorLogEntries - 1;
        Put16(data, 266, NvmeRules.WarningTemperature);
        Put16(data, 268, NvmeRules.WarningTemperature + 10);
        data[512] = 0x66; // SQES: 64 bytes
        data[513] = 0x44; // CQES: 16 bytes
        Put32(data, 516, NvmeRules.NamespaceId); // NN
        Put16(data, 520, (ushort)(1 << 3 | (geometry.CanDiscard ? 1 << 2 : 0))); // ONCS: Write Zeroes, Dataset Management
        data[525] = (byte)(0x06 | (geometry.HasWriteCache ? 1 : 0)); // VWC: Flush takes all namespaces
        Encoding.ASCII.GetBytes(SubsystemName(options)).CopyTo(data, 768);
        Put16(data, 2048, 1); // PSD0: 0.01 W
        return data;
    }

    /// <summary>CNS 00h, figure 245: the namespace.</summary>
    public static byte[] Namespace(NvmeOptions options, BlockGeometry geometry)
    {
        var data = new byte[Length];
        BinaryPrimitives.WriteUInt64LittleEndian(data, geometry.BlockCount);
        BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(8), geometry.BlockCount);
        BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(16), geometry.BlockCount);
        data[99] = (byte)(geometry.ReadOnly ? 1 : 0); // NSATTR: write protected
        data[130] = (byte)BitOperations.Log2(geometry.BlockSize); // LBADS of the only format
        return data;
    }

    /// <summary>CNS 03h, figure 246: what names the namespace.</summary>
    public static byte[] Descriptors(NvmeOptions options)
    {
        var data = new byte[Length];
        data[0] = UuidDescriptor;
        data[1] = 16;
        Uuid(options).TryWriteBytes(data.AsSpan(4), bigEndian: true, out _);
        return data;
    }

    /// <summary>CNS 02h: the namespaces above <paramref name="after"/>.</summary>
    public static void ActiveNamespaces(uint after, Span<byte> data)
    {
        data.Clear();
        if (after < NvmeRules.NamespaceId) BinaryPrimitives.WriteUInt32LittleEndian(data, NvmeRules.NamespaceId);
    }

    /// <summary>A name-based UUID (RFC 9562, version 8) of the serial number: the disk keeps it wherever its machine runs.</summary>
    public static Guid Uuid(NvmeOptions options)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(options.Serial, hash);
        hash[6] = (byte)(hash[6] & 0x0f | 0x80);
        hash[8] = (byte)(hash[8] & 0x3f | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }

    static string SubsystemName(NvmeOptions options) => string.Create(CultureInfo.InvariantCulture, $"nqn.2014-08.org.nvmexpress:uuid:{Uuid(options)}");

    static void Put16(byte[] data, int offset, int value) => BinaryPrimitives.WriteUInt16LittleEndian(data.AsSpan(offset), (ushort)value);

    static void Put32(byte[] data, int offset, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(data.AsSpan(offset), value);
}
