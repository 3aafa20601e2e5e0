using Propolis.Crucible.Extents;
using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Downstairs.Program;

/// <summary>Fills a new region from a plain file, with plain contexts.</summary>
static class RegionImport
{
    const ulong FirstGeneration = 1, FirstFlush = 1;

    /// <summary>Refuses what cannot be imported before a region is made.</summary>
    public static void Check(in RegionDefinition definition, string path)
    {
        if (definition.Encrypted)
            throw new RegionException("a plain file cannot be imported into an encrypted region: only an upstairs has the key");
        var length = (ulong)new FileInfo(path).Length;
        if (length > definition.ByteCount)
            throw new RegionException($"{path} has {length} bytes and the region only {definition.ByteCount}");
    }

    /// <summary>Writes the file's blocks, the last one padded with zeros, and flushes.</summary>
    public static void Fill(IFileTree files, string directory, string path)
    {
        using var region = Region.Open(files, directory, readOnly: false);
        using var source = File.OpenRead(path);
        var data = new byte[region.Definition.BlockSize];
        var contexts = new byte[BlockContext.PlainLength];
        for (ulong block = 0; ; block++)
        {
            data.AsSpan().Clear();
            if (source.ReadAtLeast(data, data.Length, throwOnEndOfStream: false) == 0)
                break;
            new BlockContext(BlockContext.ComputeHash(null, data), null).Encode(contexts);
            region.Write(new WriteRequest { Kind = MessageKind.Write, Start = block, ContextCount = 1, Contexts = contexts, Data = data });
        }

        region.Flush(FirstGeneration, FirstFlush, null);
    }
}
