using System.Buffers.Binary;

namespace Propolis.Vmm.Migration.Wire;

/// <summary>
/// What a connection says first, 48 bytes: magic, versions of the protocol that it knows (lowest, highest), which connection it is (0 the control connection, 1 and up the memory
/// connections), how many of those there are, the migration, and a number that all connections of one attempt share.
/// </summary>
readonly record struct Hello(ushort LowestVersion, ushort HighestVersion, ushort Index, ushort Streams, Guid Migration, ulong Attempt)
{
    /// <summary>Bytes.</summary>
    public const int Length = 48;

    /// <summary>The version of the protocol that this build speaks.</summary>
    public const ushort Version = 2;

    static ReadOnlySpan<byte> Magic => "PRPLMIGR"u8;

    /// <summary>Writes it.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[Length];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), LowestVersion);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(10), HighestVersion);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(12), Index);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(14), Streams);
        Migration.TryWriteBytes(bytes.AsSpan(16));
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(32), Attempt);
        return bytes;
    }

    /// <summary>Reads it; null for what no build of this protocol says.</summary>
    public static Hello? Read(ReadOnlySpan<byte> bytes)
    {
        if (!bytes[..8].SequenceEqual(Magic)) return null;
        var hello = new Hello(
            BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]),
            BinaryPrimitives.ReadUInt16LittleEndian(bytes[10..]),
            BinaryPrimitives.ReadUInt16LittleEndian(bytes[12..]),
            BinaryPrimitives.ReadUInt16LittleEndian(bytes[14..]),
            new Guid(bytes.Slice(16, 16)),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[32..]));
        return hello.Streams is >= 1 and <= MigrationLimits.Streams && hello.Index <= hello.Streams ? hello : null;
    }
}
