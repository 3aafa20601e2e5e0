using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Propolis.Crucible.Crypto;

/// <summary>The fifteen round keys of AES-256 (FIPS 197 section 5.2), on the stack.</summary>
[InlineArray(Count)]
struct RoundKeys
{
    /// <summary>Round keys of AES-256.</summary>
    public const int Count = 15;

    Vector128<byte> _first;

    /// <summary>Expands a 32-byte key.</summary>
    public static RoundKeys Expand<TUnit>(ReadOnlySpan<byte> key)
        where TUnit : ICipherUnit
    {
        Unsafe.SkipInit(out RoundKeys keys);
        var words = MemoryMarshal.Cast<Vector128<byte>, uint>((Span<Vector128<byte>>)keys);
        for (var i = 0; i < 8; i++)
            words[i] = BinaryPrimitives.ReadUInt32LittleEndian(key[(4 * i)..]);
        uint roundConstant = 1;
        for (var i = 8; i < words.Length; i++)
        {
            var word = words[i - 1];
            if (i % 8 == 0)
            {
                word = TUnit.SubWord(BitOperations.RotateRight(word, 8)) ^ roundConstant;
                roundConstant <<= 1;
            }
            else if (i % 8 == 4)
            {
                word = TUnit.SubWord(word);
            }

            words[i] = words[i - 8] ^ word;
        }

        return keys;
    }

    /// <summary>Encrypts one block.</summary>
    public static Vector128<byte> Encrypt<TUnit>(in RoundKeys keys, Vector128<byte> block)
        where TUnit : ICipherUnit
    {
        block ^= keys[0];
        for (var i = 1; i < Count - 1; i++)
            block = TUnit.Round(block, keys[i]);
        return TUnit.LastRound(block, keys[Count - 1]);
    }
}
