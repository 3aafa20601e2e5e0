using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Propolis.Crucible.Crypto;

/// <summary>AES-NI and PCLMULQDQ.</summary>
readonly struct X86CipherUnit : ICipherUnit
{
    /// <summary>Whether this processor has both extensions.</summary>
    public static bool IsSupported => Aes.IsSupported && Pclmulqdq.IsSupported;

    // All columns hold the same word, so ShiftRows changes nothing and the last round with a zero key is SubBytes alone.
    public static uint SubWord(uint word) =>
        Aes.EncryptLast(Vector128.Create(word).AsByte(), Vector128<byte>.Zero).AsUInt32().ToScalar();

    public static Vector128<byte> Round(Vector128<byte> state, Vector128<byte> key) => Aes.Encrypt(state, key);

    public static Vector128<byte> LastRound(Vector128<byte> state, Vector128<byte> key) => Aes.EncryptLast(state, key);

    public static Vector128<ulong> MultiplyLow(Vector128<ulong> left, Vector128<ulong> right) =>
        Pclmulqdq.CarrylessMultiply(left, right, 0x00);

    public static Vector128<ulong> MultiplyHigh(Vector128<ulong> left, Vector128<ulong> right) =>
        Pclmulqdq.CarrylessMultiply(left, right, 0x11);

    public static Vector128<ulong> MultiplyCrossed(Vector128<ulong> left, Vector128<ulong> right) =>
        Pclmulqdq.CarrylessMultiply(left, right, 0x01) ^ Pclmulqdq.CarrylessMultiply(left, right, 0x10);
}
