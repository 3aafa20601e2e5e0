using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Propolis.Crucible.Crypto;

/// <summary>The counter mode of AES-GCM-SIV (RFC 8452 section 4): a 32-bit little-endian counter in front, which wraps.</summary>
static class CounterMode
{
    const int Lanes = 8;

    /// <summary>Adds the key stream that starts at <paramref name="counter"/> to <paramref name="source"/>.</summary>
    public static void Transform<TUnit>(in RoundKeys keys, Vector128<byte> counter, ReadOnlySpan<byte> source, Span<byte> target)
        where TUnit : ICipherUnit
    {
        var count = counter.AsUInt32();
        var blocks = MemoryMarshal.Cast<byte, Vector128<byte>>(source);
        var output = MemoryMarshal.Cast<byte, Vector128<byte>>(target);
        var done = 0;
        for (; blocks.Length - done >= Lanes; done += Lanes)
            count = TransformLanes<TUnit>(keys, count, blocks.Slice(done, Lanes), output.Slice(done, Lanes));
        for (; done < blocks.Length; done++, count = Next(count))
            output[done] = blocks[done] ^ RoundKeys.Encrypt<TUnit>(keys, count.AsByte());
        TransformTail<TUnit>(keys, count, source[(16 * done)..], target[(16 * done)..]);
    }

    static Vector128<uint> Next(Vector128<uint> count) => count + Vector128.CreateScalar(1u);

    // Eight independent blocks keep the AES unit's pipeline full.
    static Vector128<uint> TransformLanes<TUnit>(
        in RoundKeys keys, Vector128<uint> count, ReadOnlySpan<Vector128<byte>> source, Span<Vector128<byte>> target)
        where TUnit : ICipherUnit
    {
        var key = keys[0];
        var b0 = count.AsByte() ^ key;
        var b1 = (count + Vector128.CreateScalar(1u)).AsByte() ^ key;
        var b2 = (count + Vector128.CreateScalar(2u)).AsByte() ^ key;
        var b3 = (count + Vector128.CreateScalar(3u)).AsByte() ^ key;
        var b4 = (count + Vector128.CreateScalar(4u)).AsByte() ^ key;
        var b5 = (count + Vector128.CreateScalar(5u)).AsByte() ^ key;
        var b6 = (count + Vector128.CreateScalar(6u)).AsByte() ^ key;
        var b7 = (count + Vector128.CreateScalar(7u)).AsByte() ^ key;
        for (var round = 1; round < RoundKeys.Count - 1; round++)
        {
            key = keys[round];
            b0 = TUnit.Round(b0, key);
            b1 = TUnit.Round(b1, key);
            b2 = TUnit.Round(b2, key);
            b3 = TUnit.Round(b3, key);
            b4 = TUnit.Round(b4, key);
            b5 = TUnit.Round(b5, key);
            b6 = TUnit.Round(b6, key);
            b7 = TUnit.Round(b7, key);
        }

        key = keys[RoundKeys.Count - 1];
        target[0] = source[0] ^ TUnit.LastRound(b0, key);
        target[1] = source[1] ^ TUnit.LastRound(b1, key);
        target[2] = source[2] ^ TUnit.LastRound(b2, key);
        target[3] = source[3] ^ TUnit.LastRound(b3, key);
        target[4] = source[4] ^ TUnit.LastRound(b4, key);
        target[5] = source[5] ^ TUnit.LastRound(b5, key);
        target[6] = source[6] ^ TUnit.LastRound(b6, key);
        target[7] = source[7] ^ TUnit.LastRound(b7, key);
        return count + Vector128.CreateScalar(8u);
    }

    static void TransformTail<TUnit>(in RoundKeys keys, Vector128<uint> count, ReadOnlySpan<byte> source, Span<byte> target)
        where TUnit : ICipherUnit
    {
        if (source.IsEmpty)
            return;
        Span<byte> stream = stackalloc byte[16];
        RoundKeys.Encrypt<TUnit>(keys, count.AsByte()).CopyTo(stream);
        for (var i = 0; i < source.Length; i++)
            target[i] = (byte)(source[i] ^ stream[i]);
    }
}
