using System.Runtime.Intrinsics;

namespace Propolis.Crucible.Crypto;

/// <summary>
/// The few operations AES-256-GCM-SIV needs from a processor: AES rounds (FIPS 197) and carry-less 64 x 64 bit products.
/// Implemented as static members of empty structs so that the JIT specializes the mode for each unit.
/// </summary>
interface ICipherUnit
{
    /// <summary>SubBytes over the four bytes of a word.</summary>
    static abstract uint SubWord(uint word);

    /// <summary>One full AES round: ShiftRows, SubBytes, MixColumns, AddRoundKey.</summary>
    static abstract Vector128<byte> Round(Vector128<byte> state, Vector128<byte> key);

    /// <summary>The last AES round: ShiftRows, SubBytes, AddRoundKey.</summary>
    static abstract Vector128<byte> LastRound(Vector128<byte> state, Vector128<byte> key);

    /// <summary>Carry-less product of the low halves.</summary>
    static abstract Vector128<ulong> MultiplyLow(Vector128<ulong> left, Vector128<ulong> right);

    /// <summary>Carry-less product of the high halves.</summary>
    static abstract Vector128<ulong> MultiplyHigh(Vector128<ulong> left, Vector128<ulong> right);

    /// <summary>Sum of the two crossed carry-less products: low by high and high by low.</summary>
    static abstract Vector128<ulong> MultiplyCrossed(Vector128<ulong> left, Vector128<ulong> right);
}
