using Propolis.Bench.Reports;
using Propolis.Crucible.Crypto;

namespace Propolis.Bench.Crucible;

/// <summary>AES-256-GCM-SIV and XXH64 over blocks, on one core.</summary>
static class CipherBench
{
    static readonly TimeSpan Duration = TimeSpan.FromMilliseconds(500);

    public static BenchTable Run()
    {
        var table = new BenchTable("Cipher and hash (one core)", "what", "block", "GB/s");
        var cipher = new AesGcmSiv(new byte[AesGcmSiv.KeySize]);
        foreach (var size in new[] { 512, 4096, 32768 })
        {
            byte[] plain = new byte[size], sealedBlock = new byte[size], nonce = new byte[AesGcmSiv.NonceSize], tag = new byte[AesGcmSiv.TagSize];
            table.Add("AES-256-GCM-SIV encrypt", size, Measure(size, () => cipher.Encrypt(nonce, plain, sealedBlock, tag)));
            table.Add("AES-256-GCM-SIV decrypt", size, Measure(size, () => cipher.Decrypt(nonce, sealedBlock, tag, plain)));
            table.Add("XXH64", size, Measure(size, () => XxHash64.Hash(plain)));
        }

        return table;
    }

    // The best of five rounds: others on the machine only ever make it slower.
    static double Measure(int size, Action action)
    {
        var best = 0.0;
        for (var round = 0; round < 5; round++)
        {
            var (clock, count) = (TimeProvider.System, 0L);
            var started = clock.GetTimestamp();
            for (; clock.GetElapsedTime(started) < Duration / 5; count += 16)
            {
                for (var i = 0; i < 16; i++)
                    action();
            }

            best = Math.Max(best, count * size / clock.GetElapsedTime(started).TotalSeconds / 1e9);
        }

        return best;
    }
}
