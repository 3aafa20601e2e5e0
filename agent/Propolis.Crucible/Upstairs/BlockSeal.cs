using System.Buffers.Binary;
using Propolis.Crucible.Crypto;
using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Upstairs;

/// <summary>
/// Seals blocks before they leave (encrypt, hash) and opens those that come back (check, decrypt). Safe for concurrent use
/// as long as <paramref name="fillNonce"/> is.
/// </summary>
/// <param name="blockSize">Bytes of a block.</param>
/// <param name="cipher">The cipher of an encrypted volume, or null.</param>
/// <param name="fillNonce">Fills a nonce with fresh random bytes.</param>
public sealed class BlockSeal(int blockSize, AesGcmSiv? cipher, Action<Memory<byte>> fillNonce)
{
    /// <summary>Seals consecutive blocks into the body of a write.</summary>
    public SealedWrite Seal(ulong start, ReadOnlySpan<byte> data)
    {
        var count = data.Length / blockSize;
        var contextLength = cipher is null ? BlockContext.PlainLength : BlockContext.EncryptedLength;
        var body = GC.AllocateUninitializedArray<byte>((3 * 8) + (count * contextLength) + data.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(body, start);
        BinaryPrimitives.WriteUInt64LittleEndian(body.AsSpan(8), (ulong)count);
        var contexts = body.AsSpan(16, count * contextLength);
        BinaryPrimitives.WriteUInt64LittleEndian(body.AsSpan(16 + contexts.Length), (ulong)data.Length);
        var target = body.AsSpan(24 + contexts.Length);
        var nonces = cipher is null ? [] : new byte[count * AesGcmSiv.NonceSize];
        fillNonce(nonces);
        for (var i = 0; i < count; i++)
        {
            var block = target.Slice(i * blockSize, blockSize);
            var context = SealBlock(data.Slice(i * blockSize, blockSize), block, nonces.AsSpan(cipher is null ? 0 : i * AesGcmSiv.NonceSize));
            context.Encode(contexts[(i * contextLength)..]);
        }

        return new SealedWrite(start, (ulong)count, body);
    }

    /// <summary>
    /// Checks the blocks of a response and puts the plain data into <paramref name="target"/>. Returns why they cannot be
    /// used, or null.
    /// </summary>
    /// <param name="response">The blocks as they came.</param>
    /// <param name="target">Room for the plain data.</param>
    /// <param name="owned">Set per block to whether it was ever written; may be empty.</param>
    public CrucibleError? Open(in ReadResponse response, Span<byte> target, Span<bool> owned = default)
    {
        if (response.Data.Length != target.Length || (long)response.ContextCount * blockSize != target.Length)
            return CrucibleError.Of(CrucibleErrorKind.InvalidNumberOfBlocks, $"{response.ContextCount} blocks, {response.Data.Length} bytes");
        var rest = response.Contexts;
        for (var offset = 0; offset < target.Length; offset += blockSize)
        {
            ReadBlockContext.TryTake(ref rest, out var context);
            if (!owned.IsEmpty)
                owned[offset / blockSize] = context.Kind != ReadBlockKind.Empty;
            if (OpenBlock(context, response.Data.Slice(offset, blockSize), target.Slice(offset, blockSize)) is { } error)
                return error;
        }

        return null;
    }

    BlockContext SealBlock(ReadOnlySpan<byte> data, Span<byte> target, ReadOnlySpan<byte> nonce)
    {
        if (cipher is null)
        {
            data.CopyTo(target);
            return new BlockContext(XxHash64.Hash(data), null);
        }

        var encryption = default(EncryptionContext);
        nonce[..AesGcmSiv.NonceSize].CopyTo(EncryptionContext.Nonce(ref encryption));
        cipher.Encrypt(EncryptionContext.Nonce(ref encryption), data, target, EncryptionContext.Tag(ref encryption));
        return new BlockContext(BlockContext.ComputeHash(encryption, target), encryption);
    }

    CrucibleError? OpenBlock(in ReadBlockContext context, ReadOnlySpan<byte> data, Span<byte> target)
    {
        if (context.Kind == ReadBlockKind.Empty)
        {
            target.Clear();
            return data.ContainsAnyExcept((byte)0) ? CrucibleError.Of(CrucibleErrorKind.MissingBlockContext) : null;
        }

        if (context.Kind == ReadBlockKind.Encrypted != (cipher is not null))
            return CrucibleError.Of(CrucibleErrorKind.MissingBlockContext);
        if (cipher is null)
        {
            data.CopyTo(target);
            return XxHash64.Hash(data) == context.Hash ? null : CrucibleError.Of(CrucibleErrorKind.HashMismatch);
        }

        var encryption = context.Encryption;
        return cipher.Decrypt(EncryptionContext.Nonce(ref encryption), data, EncryptionContext.Tag(ref encryption), target)
            ? null
            : CrucibleError.Of(CrucibleErrorKind.DecryptionError);
    }
}
