using Propolis.Crucible.Crypto;
using Propolis.Crucible.Extents;
using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Tests.Extents;

/// <summary>Writes and reads single blocks of a region in one line.</summary>
static class RegionBlocks
{
    public static CrucibleError? WriteBlock(this Region region, ulong block, byte[] data, EncryptionContext? encryption = null, bool unwritten = false) =>
        region.WriteBlock(block, data, new BlockContext(BlockContext.ComputeHash(encryption, data), encryption), unwritten);

    public static CrucibleError? WriteBlock(this Region region, ulong block, byte[] data, BlockContext context, bool unwritten = false)
    {
        var contexts = new byte[BlockContext.EncryptedLength];
        var length = context.Encode(contexts);
        var request = new WriteRequest
        {
            Kind = unwritten ? MessageKind.WriteUnwritten : MessageKind.Write,
            Start = block,
            ContextCount = 1,
            Contexts = contexts.AsSpan(0, length),
            Data = data,
        };
        if (region.CheckWrite(request) is { } error)
            return error;
        region.Write(request);
        return null;
    }

    public static (byte[] Data, ReadBlockContext Context, CrucibleError? Error) ReadBlock(this Region region, ulong block)
    {
        var data = new byte[region.Definition.BlockSize];
        var contexts = new byte[ReadBlockContext.MaxLength];
        var error = region.CheckRange(block, 1) ?? region.Read(block, data, contexts, out _);
        ReadOnlySpan<byte> rest = contexts;
        ReadBlockContext.TryTake(ref rest, out var context);
        if (error is null && context.Kind == ReadBlockKind.Unencrypted)
            Assert.Equal(context.Hash, XxHash64.Hash(data));
        return (data, context, error);
    }
}
