using Propolis.Crucible.Crypto;

namespace Propolis.Crucible.Tests.Crypto;

public sealed class AesGcmSivTests
{
    public static TheoryData<bool> Units => new(true, false);

    [Theory, MemberData(nameof(Units))]
    public void Published_vectors_encrypt_and_decrypt(bool portable)
    {
        var lines = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Crypto", "rfc8452.txt"));
        Assert.Equal(26, lines.Count(line => !line.StartsWith('#')));
        foreach (var line in lines.Where(line => !line.StartsWith('#')))
        {
            var fields = line.Split(' ').Select(field => field == "-" ? [] : Convert.FromHexString(field)).ToArray();
            var (key, nonce, associated, plaintext, expected) = (fields[0], fields[1], fields[2], fields[3], fields[4]);
            var cipher = new AesGcmSiv(key, portable);
            var result = new byte[plaintext.Length + AesGcmSiv.TagSize];
            var (ciphertext, tag) = (result.AsSpan(0, plaintext.Length).ToArray(), new byte[AesGcmSiv.TagSize]);
            cipher.Encrypt(nonce, plaintext, ciphertext, tag, associated);
            Assert.Equal(Convert.ToHexString(expected), Convert.ToHexString([.. ciphertext, .. tag]));
            var back = new byte[plaintext.Length];
            Assert.True(cipher.Decrypt(nonce, ciphertext, tag, back, associated));
            Assert.Equal(plaintext, back);
        }
    }

    [Theory, MemberData(nameof(Units))]
    public void Blocks_of_the_original_encrypt_to_the_same_bytes(bool portable)
    {
        var vectors = Golden.Frames.GetProperty("aes_256_gcm_siv").GetProperty("vectors").EnumerateArray().ToList();
        Assert.Equal(3, vectors.Count);
        foreach (var vector in vectors)
        {
            var plaintext = vector.GetProperty("plaintext").GetString() switch
            {
                "512 bytes j%251" => Golden.Counting(512),
                "512 zero bytes" => new byte[512],
                "4096 bytes j%251" => Golden.Counting(4096),
                var other => throw new InvalidOperationException(other),
            };
            var ciphertext = new byte[plaintext.Length];
            var tag = new byte[16];
            var nonce = vector.Hex("nonce_hex");
            new AesGcmSiv(vector.Hex("key_hex"), portable).Encrypt(nonce, plaintext, ciphertext, tag);
            Assert.Equal(vector.Hex("tag_hex"), tag);
            Assert.Equal(vector.Number("ciphertext_xxh64"), XxHash64.Hash(ciphertext));
            Assert.Equal(vector.Hex("ciphertext_first32_hex"), ciphertext[..32]);
            Assert.Equal(vector.Hex("ciphertext_last32_hex"), ciphertext[^32..]);
            Assert.Equal(vector.Number("block_context_hash"), XxHash64.Hash([.. nonce, .. tag, .. ciphertext]));
        }
    }

    [Fact]
    public void Both_units_agree_on_every_length_up_to_three_hundred()
    {
        var random = new Random(7);
        var key = new byte[32];
        var nonce = new byte[12];
        for (var length = 0; length <= 300; length++)
        {
            random.NextBytes(key);
            random.NextBytes(nonce);
            var plaintext = new byte[length];
            random.NextBytes(plaintext);
            var (one, two, tagOne, tagTwo) = (new byte[length], new byte[length], new byte[16], new byte[16]);
            new AesGcmSiv(key, portable: true).Encrypt(nonce, plaintext, one, tagOne);
            new AesGcmSiv(key, portable: false).Encrypt(nonce, plaintext, two, tagTwo);
            Assert.Equal(one, two);
            Assert.Equal(tagOne, tagTwo);
        }
    }

    [Theory, MemberData(nameof(Units))]
    public void A_flipped_bit_anywhere_is_refused_and_leaves_zeros(bool portable)
    {
        var cipher = new AesGcmSiv(Golden.Counting(32), portable);
        var nonce = Golden.Counting(12);
        var (ciphertext, tag, back) = (new byte[512], new byte[16], new byte[512]);
        cipher.Encrypt(nonce, Golden.Counting(512), ciphertext, tag);
        for (var bit = 0; bit < (512 + 16) * 8; bit += 37)
        {
            var target = bit < 512 * 8 ? ciphertext : tag;
            var at = bit < 512 * 8 ? bit : bit - (512 * 8);
            target[at / 8] ^= (byte)(1 << (at % 8));
            Assert.False(cipher.Decrypt(nonce, ciphertext, tag, back));
            Assert.True(back.All(value => value == 0));
            target[at / 8] ^= (byte)(1 << (at % 8));
        }
    }

    [Fact]
    public void Encryption_in_place_gives_the_same_and_allocates_nothing()
    {
        var cipher = new AesGcmSiv(Golden.Counting(32));
        var nonce = Golden.Counting(12);
        var (apart, tag, tagInPlace, inPlace) = (new byte[4096], new byte[16], new byte[16], Golden.Counting(4096));
        cipher.Encrypt(nonce, inPlace, apart, tag);
        var before = GC.GetAllocatedBytesForCurrentThread();
        cipher.Encrypt(nonce, inPlace, inPlace, tagInPlace);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.Equal(apart, inPlace);
        Assert.Equal(tag, tagInPlace);
    }

    [Fact]
    public void A_key_of_another_length_is_refused_with_a_sentence()
    {
        var error = Assert.Throws<ArgumentException>(() => new AesGcmSiv(new byte[16]));
        Assert.Contains("32 bytes, not 16", error.Message);
    }
}
