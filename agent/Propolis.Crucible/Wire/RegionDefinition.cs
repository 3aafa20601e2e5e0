namespace Propolis.Crucible.Wire;

/// <summary>Geometry and identity of a region: equal extents of equal blocks.</summary>
/// <param name="BlockSize">Bytes of a block: a power of two from 512 to 32768.</param>
/// <param name="ExtentSize">Blocks of an extent.</param>
/// <param name="ExtentCount">Extents of the region.</param>
/// <param name="Uuid">The region's own id.</param>
/// <param name="Encrypted">Whether every block carries an encryption context.</param>
public readonly record struct RegionDefinition(ulong BlockSize, ulong ExtentSize, uint ExtentCount, Guid Uuid, bool Encrypted)
    : IMessage<RegionDefinition>
{
    const ulong DatabaseVersion = 1;

    /// <summary>Smallest and largest block.</summary>
    public const int MinBlockSize = 512, MaxBlockSize = 32768;

    /// <summary>The most bytes of an extent.</summary>
    public const long MaxExtentBytes = 512L * 1024 * 1024;

    /// <inheritdoc/>
    public MessageKind Kind => MessageKind.RegionInfo;

    /// <summary>Blocks of the whole region.</summary>
    public ulong BlockCount => ExtentSize * ExtentCount;

    /// <summary>Bytes of the whole region.</summary>
    public ulong ByteCount => BlockCount * BlockSize;

    /// <summary>The binary logarithm of the block size.</summary>
    public uint Shift => (uint)System.Numerics.BitOperations.TrailingZeroCount(BlockSize);

    /// <summary>Why this geometry is not possible, as one sentence, or null.</summary>
    public string? Check() => this switch
    {
        { BlockSize: < MinBlockSize or > MaxBlockSize } => $"block size {BlockSize} is outside {MinBlockSize} to {MaxBlockSize}",
        _ when !System.Numerics.BitOperations.IsPow2(BlockSize) => $"block size {BlockSize} is not a power of two",
        { ExtentSize: 0 } => "an extent needs at least one block",
        { ExtentCount: 0 } => "a region needs at least one extent",
        _ when ExtentSize > (ulong)MaxExtentBytes / BlockSize =>
            $"an extent of {ExtentSize} blocks of {BlockSize} bytes is larger than {MaxExtentBytes} bytes",
        _ => null,
    };

    /// <summary>Whether both describe the same blocks, whatever their ids.</summary>
    public bool SameGeometry(in RegionDefinition other) => this with { Uuid = other.Uuid } == other;

    /// <inheritdoc/>
    public void WriteBody(FrameBuffer target)
    {
        target.WriteUInt64(BlockSize);
        target.WriteUInt64(ExtentSize);
        target.WriteUInt32(Shift);
        target.WriteUInt32(ExtentCount);
        target.WriteGuid(Uuid);
        target.WriteBool(Encrypted);
        target.WriteUInt64(DatabaseVersion);
        target.WriteUInt64(DatabaseVersion);
    }

    /// <inheritdoc/>
    public static RegionDefinition Read(MessageKind kind, scoped ref FrameReader reader)
    {
        var blockSize = reader.ReadUInt64();
        var extentSize = reader.ReadUInt64();
        reader.ReadUInt32();
        var definition = new RegionDefinition(blockSize, extentSize, reader.ReadUInt32(), reader.ReadGuid(), reader.ReadBool());
        reader.ReadUInt64();
        reader.ReadUInt64();
        return definition;
    }
}
