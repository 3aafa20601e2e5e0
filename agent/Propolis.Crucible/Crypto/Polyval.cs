using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Propolis.Crucible.Crypto;

/// <summary>
/// POLYVAL (RFC 8452 section 3) in GF(2^128) over x^128 + x^127 + x^126 + x^121 + 1. Eight blocks at a time are multiplied
/// by the powers H^8 .. H and reduced once.
/// </summary>
struct Polyval<TUnit>
    where TUnit : ICipherUnit
{
    const int Lanes = 8;
    const ulong ReductionConstant = 0xC200000000000000;

    Powers _powers;
    Vector128<ulong> _sum;

    [InlineArray(Lanes)]
    struct Powers
    {
        Vector128<ulong> _first;
    }

    /// <summary>A sum of nothing under the authentication key <paramref name="key"/>.</summary>
    public Polyval(Vector128<byte> key)
    {
        var power = key.AsUInt64();
        for (var i = Lanes - 1; i >= 0; i--, power = Multiply(power, key.AsUInt64()))
            _powers[i] = power;
    }

    /// <summary>The sum so far.</summary>
    public readonly Vector128<byte> Sum => _sum.AsByte();

    /// <summary>Adds bytes, padded with zeros to a whole block.</summary>
    public void AddPadded(ReadOnlySpan<byte> source)
    {
        var blocks = MemoryMarshal.Cast<byte, Vector128<ulong>>(source);
        var done = 0;
        for (; blocks.Length - done >= Lanes; done += Lanes)
            AddLanes(blocks.Slice(done, Lanes));
        for (; done < blocks.Length; done++)
            AddBlock(blocks[done]);
        var tail = source[(16 * done)..];
        if (tail.IsEmpty)
            return;
        Span<byte> padded = stackalloc byte[16];
        padded.Clear();
        tail.CopyTo(padded);
        AddBlock(Vector128.Create<byte>(padded).AsUInt64());
    }

    /// <summary>Adds one block.</summary>
    public void AddBlock(Vector128<ulong> block) => _sum = Multiply(_sum ^ block, _powers[Lanes - 1]);

    void AddLanes(ReadOnlySpan<Vector128<ulong>> blocks)
    {
        var first = blocks[0] ^ _sum;
        var low = TUnit.MultiplyLow(first, _powers[0]);
        var high = TUnit.MultiplyHigh(first, _powers[0]);
        var middle = TUnit.MultiplyCrossed(first, _powers[0]);
        for (var i = 1; i < Lanes; i++)
        {
            low ^= TUnit.MultiplyLow(blocks[i], _powers[i]);
            high ^= TUnit.MultiplyHigh(blocks[i], _powers[i]);
            middle ^= TUnit.MultiplyCrossed(blocks[i], _powers[i]);
        }

        _sum = Reduce(low, middle, high);
    }

    static Vector128<ulong> Multiply(Vector128<ulong> left, Vector128<ulong> right) =>
        Reduce(TUnit.MultiplyLow(left, right), TUnit.MultiplyCrossed(left, right), TUnit.MultiplyHigh(left, right));

    // Montgomery's way: two folds of 64 bits from below leave the product times x^-128, which is what POLYVAL's dot wants.
    static Vector128<ulong> Reduce(Vector128<ulong> low, Vector128<ulong> middle, Vector128<ulong> high)
    {
        low ^= Vector128.Create(0, middle[0]);
        high ^= Vector128.Create(middle[1], 0);
        var constant = Vector128.CreateScalar(ReductionConstant);
        low = Vector128.Create(low[1], low[0]) ^ TUnit.MultiplyLow(low, constant);
        low = Vector128.Create(low[1], low[0]) ^ TUnit.MultiplyLow(low, constant);
        return high ^ low;
    }
}
