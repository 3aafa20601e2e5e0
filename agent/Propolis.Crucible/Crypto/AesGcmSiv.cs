using System.Buffers.Binary;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;

namespace Propolis.Crucible.Crypto;

/// <summary>
/// AEAD_AES_256_GCM_SIV (RFC 8452): what Crucible encrypts blocks with. Immutable and safe for concurrent use; no call
/// allocates. Source and target may be the same memory, but must not otherwise overlap.
/// </summary>
public sealed class AesGcmSiv
{
    /// <summary>Bytes of a key.</summary>
    public const int KeySize = 32;

    /// <summary>Bytes of a nonce.</summary>
    public const int NonceSize = 12;

    /// <summary>Bytes of a tag.</summary>
    public const int TagSize = 16;

    readonly bool _portable;
    readonly RoundKeys _generatingKey;

    /// <summary>Takes a key of <see cref="KeySize"/> bytes.</summary>
    /// <exception cref="ArgumentException">The key has another length.</exception>
    public AesGcmSiv(ReadOnlySpan<byte> key)
        : this(key, !X86CipherUnit.IsSupported)
    {
    }

    internal AesGcmSiv(ReadOnlySpan<byte> key, bool portable)
    {
        if (key.Length != KeySize)
            throw new ArgumentException($"a key for AES-256-GCM-SIV has {KeySize} bytes, not {key.Length}", nameof(key));
        _portable = portable;
        _generatingKey = portable ? RoundKeys.Expand<PortableCipherUnit>(key) : RoundKeys.Expand<X86CipherUnit>(key);
    }

    /// <summary>Encrypts <paramref name="plaintext"/> into <paramref name="ciphertext"/> of the same length and writes the tag.</summary>
    public void Encrypt(
        ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plaintext, Span<byte> ciphertext, Span<byte> tag, ReadOnlySpan<byte> associated = default)
    {
        CheckLengths(nonce, plaintext, ciphertext, tag);
        if (_portable)
            Encrypt<PortableCipherUnit>(nonce, plaintext, ciphertext, tag, associated);
        else
            Encrypt<X86CipherUnit>(nonce, plaintext, ciphertext, tag, associated);
    }

    /// <summary>
    /// Decrypts into <paramref name="plaintext"/>. False when the tag does not fit; the target then holds zeros.
    /// </summary>
    public bool Decrypt(
        ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> tag, Span<byte> plaintext, ReadOnlySpan<byte> associated = default)
    {
        CheckLengths(nonce, ciphertext, plaintext, tag);
        return _portable
            ? Decrypt<PortableCipherUnit>(nonce, ciphertext, tag, plaintext, associated)
            : Decrypt<X86CipherUnit>(nonce, ciphertext, tag, plaintext, associated);
    }

    void Encrypt<TUnit>(
        ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plaintext, Span<byte> ciphertext, Span<byte> tag, ReadOnlySpan<byte> associated)
        where TUnit : ICipherUnit
    {
        var polyval = new Polyval<TUnit>(DeriveKeys<TUnit>(nonce, out var keys));
        var computed = ComputeTag(ref polyval, keys, nonce, plaintext, associated);
        CounterMode.Transform<TUnit>(keys, FirstCounter(computed), plaintext, ciphertext);
        computed.CopyTo(tag);
    }

    bool Decrypt<TUnit>(
        ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> tag, Span<byte> plaintext, ReadOnlySpan<byte> associated)
        where TUnit : ICipherUnit
    {
        var polyval = new Polyval<TUnit>(DeriveKeys<TUnit>(nonce, out var keys));
        CounterMode.Transform<TUnit>(keys, FirstCounter(Vector128.Create(tag)), ciphertext, plaintext);
        Span<byte> computed = stackalloc byte[TagSize];
        ComputeTag(ref polyval, keys, nonce, plaintext, associated).CopyTo(computed);
        if (CryptographicOperations.FixedTimeEquals(computed, tag))
            return true;
        plaintext.Clear();
        return false;
    }

    // RFC 8452 section 4: blocks 0 and 1 give the authentication key, 2 to 5 the encryption key, eight bytes each.
    Vector128<byte> DeriveKeys<TUnit>(ReadOnlySpan<byte> nonce, out RoundKeys encryptionKeys)
        where TUnit : ICipherUnit
    {
        Span<byte> input = stackalloc byte[16];
        Span<byte> derived = stackalloc byte[48];
        nonce.CopyTo(input[4..]);
        for (var i = 0; i < 6; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(input, i);
            var block = RoundKeys.Encrypt<TUnit>(_generatingKey, Vector128.Create<byte>(input));
            BinaryPrimitives.WriteUInt64LittleEndian(derived[(8 * i)..], block.AsUInt64().ToScalar());
        }

        encryptionKeys = RoundKeys.Expand<TUnit>(derived[16..]);
        return Vector128.Create<byte>(derived[..16]);
    }

    static Vector128<byte> ComputeTag<TUnit>(
        ref Polyval<TUnit> polyval, in RoundKeys keys, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plaintext, ReadOnlySpan<byte> associated)
        where TUnit : ICipherUnit
    {
        polyval.AddPadded(associated);
        polyval.AddPadded(plaintext);
        polyval.AddBlock(Vector128.Create((ulong)associated.Length * 8, (ulong)plaintext.Length * 8));
        Span<byte> sum = stackalloc byte[16];
        polyval.Sum.CopyTo(sum);
        for (var i = 0; i < NonceSize; i++)
            sum[i] ^= nonce[i];
        sum[15] &= 0x7F;
        return RoundKeys.Encrypt<TUnit>(keys, Vector128.Create<byte>(sum));
    }

    static Vector128<byte> FirstCounter(Vector128<byte> tag) => tag | Vector128<byte>.Zero.WithElement(15, (byte)0x80);

    static void CheckLengths(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> source, ReadOnlySpan<byte> target, ReadOnlySpan<byte> tag)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(nonce.Length, NonceSize);
        ArgumentOutOfRangeException.ThrowIfNotEqual(tag.Length, TagSize);
        ArgumentOutOfRangeException.ThrowIfNotEqual(target.Length, source.Length);
    }
}
