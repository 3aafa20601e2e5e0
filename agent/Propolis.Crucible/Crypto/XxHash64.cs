using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Propolis.Crucible.Crypto;

/// <summary>
/// XXH64 with seed 0 (xxHash specification 0.1.1, section "XXH64"): the integrity hash of every Crucible block.
/// A mutable value: start with <see cref="Start"/>, <see cref="Append"/> any number of pieces, read <see cref="Digest"/>.
/// </summary>
public struct XxHash64
{
    const ulong Prime1 = 0x9E3779B185EBCA87;
    const ulong Prime2 = 0xC2B2AE3D27D4EB4F;
    const ulong Prime3 = 0x165667B19E3779F9;
    const ulong Prime4 = 0x85EBCA77C2B2AE63;
    const ulong Prime5 = 0x27D4EB2F165667C5;
    const int StripeLength = 32;

    ulong _lane1, _lane2, _lane3, _lane4;
    ulong _total;
    Stripe _pending;

    [System.Runtime.CompilerServices.InlineArray(StripeLength)]
    struct Stripe
    {
        byte _first;
    }

    /// <summary>A hash of nothing yet.</summary>
    public static XxHash64 Start() => new()
    {
        _lane1 = unchecked(Prime1 + Prime2),
        _lane2 = Prime2,
        _lane3 = 0,
        _lane4 = unchecked(0 - Prime1),
    };

    /// <summary>The hash of one piece of bytes.</summary>
    public static ulong Hash(ReadOnlySpan<byte> source)
    {
        var hash = Start();
        hash.Append(source);
        return hash.Digest();
    }

    /// <summary>Adds bytes behind those already added.</summary>
    public void Append(ReadOnlySpan<byte> source)
    {
        var held = (int)(_total % StripeLength);
        _total += (ulong)source.Length;
        if (held > 0)
        {
            var taken = Math.Min(StripeLength - held, source.Length);
            source[..taken].CopyTo(((Span<byte>)_pending)[held..]);
            if (held + taken < StripeLength)
                return;
            ConsumeStripes(_pending);
            source = source[taken..];
        }

        var whole = source.Length / StripeLength * StripeLength;
        ConsumeStripes(source[..whole]);
        source[whole..].CopyTo(_pending);
    }

    /// <summary>The hash of everything added so far; more may be added afterwards.</summary>
    public readonly ulong Digest()
    {
        var hash = _total < StripeLength ? Prime5 : MergeLanes();
        hash = AbsorbTail(hash + _total, ((ReadOnlySpan<byte>)_pending)[..(int)(_total % StripeLength)]);
        hash = (hash ^ (hash >> 33)) * Prime2;
        hash = (hash ^ (hash >> 29)) * Prime3;
        return hash ^ (hash >> 32);
    }

    void ConsumeStripes(ReadOnlySpan<byte> stripes)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(stripes);
        var (lane1, lane2, lane3, lane4) = (_lane1, _lane2, _lane3, _lane4);
        while (words.Length >= 4)
        {
            lane1 = Round(lane1, words[0]);
            lane2 = Round(lane2, words[1]);
            lane3 = Round(lane3, words[2]);
            lane4 = Round(lane4, words[3]);
            words = words[4..];
        }

        (_lane1, _lane2, _lane3, _lane4) = (lane1, lane2, lane3, lane4);
    }

    readonly ulong MergeLanes()
    {
        var hash = BitOperations.RotateLeft(_lane1, 1) + BitOperations.RotateLeft(_lane2, 7)
            + BitOperations.RotateLeft(_lane3, 12) + BitOperations.RotateLeft(_lane4, 18);
        hash = MergeLane(hash, _lane1);
        hash = MergeLane(hash, _lane2);
        hash = MergeLane(hash, _lane3);
        return MergeLane(hash, _lane4);
    }

    static ulong AbsorbTail(ulong hash, ReadOnlySpan<byte> tail)
    {
        for (; tail.Length >= 8; tail = tail[8..])
            hash = (BitOperations.RotateLeft(hash ^ Round(0, BinaryPrimitives.ReadUInt64LittleEndian(tail)), 27) * Prime1) + Prime4;
        if (tail.Length >= 4)
        {
            hash ^= BinaryPrimitives.ReadUInt32LittleEndian(tail) * Prime1;
            hash = (BitOperations.RotateLeft(hash, 23) * Prime2) + Prime3;
            tail = tail[4..];
        }

        foreach (var value in tail)
            hash = BitOperations.RotateLeft(hash ^ (value * Prime5), 11) * Prime1;
        return hash;
    }

    static ulong Round(ulong lane, ulong input) => BitOperations.RotateLeft(lane + (input * Prime2), 31) * Prime1;

    static ulong MergeLane(ulong hash, ulong lane) => ((hash ^ Round(0, lane)) * Prime1) + Prime4;
}
