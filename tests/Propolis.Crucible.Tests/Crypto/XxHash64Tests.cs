using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Propolis.Crucible.Crypto;

namespace Propolis.Crucible.Tests.Crypto;

public sealed class XxHash64Tests
{
    static readonly Dictionary<string, byte[]> Inputs = new()
    {
        [""] = [],
        ["'a'"] = Encoding.ASCII.GetBytes("a"),
        ["'abc'"] = Encoding.ASCII.GetBytes("abc"),
        ["512 zero bytes"] = new byte[512],
        ["4096 zero bytes"] = new byte[4096],
        ["512 bytes j%251"] = Golden.Counting(512),
        ["512 bytes 0x5a"] = Golden.Filled(512, 0x5a),
        ["31 bytes 0..30"] = Golden.Counting(31),
        ["33 bytes 0..32"] = Golden.Counting(33),
    };

    [Fact]
    public void Hashes_equal_the_published_values()
    {
        var vectors = Golden.Frames.GetProperty("xxh64").EnumerateArray().ToList();
        Assert.Equal(Inputs.Count, vectors.Count);
        foreach (var vector in vectors)
            Assert.Equal(vector.Number("xxh64"), XxHash64.Hash(Inputs[vector.GetProperty("input").GetString()!]));
    }

    [Fact]
    public void Pieces_hash_like_the_whole() => Prop.ForAll<byte[], byte[], byte[]>((a, b, c) =>
    {
        var hash = XxHash64.Start();
        hash.Append(a);
        hash.Append(b);
        hash.Append(c);
        return hash.Digest() == XxHash64.Hash([.. a, .. b, .. c]);
    }).QuickCheckThrowOnFailure();
}
