using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Propolis.Crucible.Crypto;
using Propolis.Crucible.Upstairs;
using Propolis.Crucible.Volumes;
using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Tests.Volumes;

/// <summary>Upstairs and downstairs on real sockets and files.</summary>
public sealed class RegionSetTests
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    static readonly RegionDefinition Plain = new(512, 64, 8, Guid.Empty, Encrypted: false);

    [Theory]
    [InlineData(false, false), InlineData(true, false), InlineData(false, true)]
    public async Task Data_survives_deactivation_and_a_later_generation(bool encrypted, bool sync)
    {
        await using var downs = new ThreeDownstairs(Plain with { Encrypted = encrypted });
        await downs.StartAllAsync();
        var cipher = encrypted ? new AesGcmSiv(Golden.Counting(32)) : null;
        var data = Golden.Counting(300 * 512);
        await using (var set = downs.Open(1, o => o with { Sync = sync }, o => o with { Cipher = cipher }))
        {
            await Activate(set, downs);
            await set.WriteAsync(50, data).WaitAsync(Limit);
            await set.FlushAsync().WaitAsync(Limit);
            await set.DeactivateAsync(CancellationToken.None).WaitAsync(Limit);
        }

        await using var later = downs.Open(2, null, o => o with { Cipher = cipher });
        await Activate(later, downs);
        var (read, owned) = (new byte[302 * 512], new bool[302]);
        await later.ReadAsync(49, read, owned).WaitAsync(Limit);
        Assert.Equal([.. new byte[512], .. data, .. new byte[512]], read);
        Assert.Equal((false, true, true, false), (owned[0], owned[1], owned[300], owned[301]));
    }

    [Fact]
    public async Task A_replica_that_was_away_too_long_is_repaired_beside_io()
    {
        await using var downs = new ThreeDownstairs(Plain);
        await downs.StartAllAsync();
        await using var set = downs.Open(1, o => o with { MaxOfflineJobs = 5 });
        await Activate(set, downs);
        await downs.StopAsync(2);
        for (ulong i = 0; i < 64; i++)
            await set.WriteAsync(i * 8, Golden.Filled(512, (byte)i)).WaitAsync(Limit);
        await set.FlushAsync().WaitAsync(Limit);
        await downs.StartAsync(2);
        for (ulong i = 0; !IsWhole(set); i++)
        {
            Assert.True(i < 20000, Describe(set, downs));
            await set.WriteAsync((i % 64 * 8) + 1, Golden.Filled(512, (byte)i)).WaitAsync(Limit);
            await set.FlushAsync().WaitAsync(Limit);
        }

        await downs.StopAsync(0);
        await downs.StopAsync(1);
        for (ulong i = 0; i < 64; i++)
        {
            var read = new byte[512];
            await set.ReadAsync(i * 8, read).WaitAsync(Limit);
            Assert.Equal(Golden.Filled(512, (byte)i), read);
        }
    }

    [Fact]
    public async Task Large_reads_go_on_while_each_replica_goes_and_comes()
    {
        await using var downs = new ThreeDownstairs(Plain);
        await downs.StartAllAsync();
        await using var set = downs.Open(1);
        await Activate(set, downs);
        var data = Golden.Counting(512 * 512);
        await set.WriteAsync(0, data).WaitAsync(Limit);
        await set.FlushAsync().WaitAsync(Limit);
        for (var victim = 0; victim < 3; victim++)
        {
            using var over = new CancellationTokenSource();
            var reading = Task.WhenAll(Enumerable.Range(0, 4).Select(_ => ReadOverAndOverAsync(set, data, over.Token)));
            await downs.StopAsync(victim);
            await downs.StartAsync(victim);
            await Until(() => IsWhole(set), () => Describe(set, downs));
            await over.CancelAsync();
            await reading.WaitAsync(Limit);
        }
    }

    [Fact]
    public async Task A_large_read_of_a_block_that_one_replica_spoiled_is_answered_by_another()
    {
        await using var downs = new ThreeDownstairs(Plain);
        await downs.StartAllAsync();
        await using var set = downs.Open(1, o => o with { SingleReadBytes = 512 });
        await Activate(set, downs);
        var data = Golden.Counting(64 * 512);
        await set.WriteAsync(0, data).WaitAsync(Limit);
        await set.FlushAsync().WaitAsync(Limit);
        await Until(() => set.Replicas.All(r => r.UnfinishedJobs == 0), () => Describe(set, downs));
        using (var spoiled = File.OpenHandle(Path.Combine(downs.FolderOf(1), "00", "000", "000"), FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            RandomAccess.Write(spoiled, new byte[512], 512);
        for (var i = 0; i < 6; i++)
        {
            var read = new byte[64 * 512];
            await set.ReadAsync(0, read).WaitAsync(Limit);
            Assert.Equal(data, read);
        }

        lock (downs.Log)
            Assert.Contains(downs.Log, line => line.Contains("replica 1: read of 64 blocks from 0 failed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_replaced_replica_becomes_whole()
    {
        await using var downs = new ThreeDownstairs(Plain);
        await downs.StartAllAsync();
        await downs.StartAsync(3);
        await using var set = downs.Open(1);
        await Activate(set, downs);
        await set.WriteAsync(0, Golden.Counting(512 * 512)).WaitAsync(Limit);
        Assert.Equal(ReplaceResult.Missing, set.Replace(new(System.Net.IPAddress.Loopback, 1), downs.TargetOf(3)));
        Assert.Equal(ReplaceResult.Started, set.Replace(downs.TargetOf(1), downs.TargetOf(3)));
        await Until(() => IsWhole(set), () => Describe(set, downs));
        Assert.Equal(ReplaceResult.CompletedAlready, set.Replace(downs.TargetOf(1), downs.TargetOf(3)));
        await downs.StopAsync(0);
        await downs.StopAsync(2);
        var read = new byte[512 * 512];
        await set.ReadAsync(0, read).WaitAsync(Limit);
        Assert.Equal(Golden.Counting(512 * 512), read);
    }

    [Fact]
    public async Task A_displaced_set_says_fenced_and_fails_at_once()
    {
        await using var downs = new ThreeDownstairs(Plain);
        await downs.StartAllAsync();
        await using var first = downs.Open(1);
        var displaced = new TaskCompletionSource<ulong>();
        first.Displaced += generation => displaced.TrySetResult(generation);
        await Activate(first, downs);
        await using var second = downs.Open(2);
        await Activate(second, downs);
        Assert.Equal(2UL, await displaced.Task.WaitAsync(Limit));
        Assert.Equal(UpstairsState.Fenced, first.State);
        Assert.True((await Assert.ThrowsAsync<CrucibleException>(() => first.WriteAsync(0, new byte[512]))).IsFenced);
        await second.WriteAsync(0, new byte[512]).WaitAsync(Limit);
        await second.FlushAsync().WaitAsync(Limit);
    }

    [Fact]
    public async Task A_set_that_only_greets_takes_nothing_and_is_promoted_on_the_same_connections_when_it_is_activated()
    {
        await using var downs = new ThreeDownstairs(Plain);
        await downs.StartAllAsync();
        await using var first = downs.Open(1);
        await Activate(first, downs);
        await using var second = downs.Open(2);
        second.Greet();
        await Until(() => second.Replicas.All(r => r.State == ReplicaState.WaitActive), () => Describe(second, downs));
        await first.WriteAsync(0, Golden.Counting(512)).WaitAsync(Limit);
        await first.FlushAsync().WaitAsync(Limit);
        Assert.Equal((UpstairsState.Active, UpstairsState.Initializing), (first.State, second.State));

        await first.DeactivateAsync(CancellationToken.None).WaitAsync(Limit);
        await Activate(second, downs);

        var read = new byte[512];
        await second.ReadAsync(0, read).WaitAsync(Limit);
        Assert.Equal(Golden.Counting(512), read);
    }

    [Fact]
    public async Task A_replica_that_is_lost_after_the_greeting_is_greeted_again()
    {
        await using var downs = new ThreeDownstairs(Plain);
        await downs.StartAllAsync();
        await using var set = downs.Open(1);
        set.Greet();
        await Until(() => set.Replicas.All(r => r.State == ReplicaState.WaitActive), () => Describe(set, downs));
        await downs.StopAsync(2);
        await Until(() => set.Replicas[2].State == ReplicaState.WaitConnect, () => Describe(set, downs));
        var activation = set.ActivateAsync(CancellationToken.None);
        await downs.StartAsync(2);
        await activation.WaitAsync(Limit);
        Assert.True(IsWhole(set));
    }

    [Fact]
    public async Task A_set_is_activated_under_another_generation_than_it_greeted_with()
    {
        await using var downs = new ThreeDownstairs(Plain);
        await downs.StartAllAsync();
        await using var set = downs.Open(1);
        set.Greet();
        await Until(() => set.Replicas.All(r => r.State == ReplicaState.WaitActive), () => Describe(set, downs));
        await set.ActivateAsync(4, CancellationToken.None).WaitAsync(Limit);
        Assert.Equal((4UL, true), (set.Status.Generation, IsWhole(set)));
    }

    [Fact]
    public async Task A_stale_set_asks_the_lease_owner_and_stops()
    {
        await using var downs = new ThreeDownstairs(Plain);
        await downs.StartAllAsync();
        await using var live = downs.Open(5);
        await Activate(live, downs);
        await using var stale = downs.Open(3, null, o => o with { LeaseOwner = new Owner() });
        var error = await Assert.ThrowsAsync<CrucibleException>(() => stale.ActivateAsync(CancellationToken.None).WaitAsync(Limit));
        Assert.True(error.IsFenced);
        await live.WriteAsync(0, new byte[512]).WaitAsync(Limit);
        await live.FlushAsync().WaitAsync(Limit);
    }

    [Fact]
    public async Task An_activation_that_waits_names_the_replica()
    {
        await using var downs = new ThreeDownstairs(Plain);
        await downs.StartAllAsync();
        await downs.StopAsync(1);
        await using var set = downs.Open(1);
        var activation = set.ActivateAsync(CancellationToken.None);
        await Until(() => set.ActivationWait.Contains("refused", StringComparison.OrdinalIgnoreCase) && !set.ActivationWait.Contains(';'), () => set.ActivationWait);
        Assert.Contains($"waiting for replica 1 ({downs.TargetOf(1)})", set.ActivationWait);
        await downs.StartAsync(1);
        await activation.WaitAsync(Limit);
        Assert.Equal("", set.ActivationWait);
    }

    [Fact]
    public async Task A_read_only_set_needs_one_replica_and_refuses_writes()
    {
        await using var downs = new ThreeDownstairs(Plain);
        await downs.StartAllAsync();
        await using (var set = downs.Open(1))
        {
            await Activate(set, downs);
            await set.WriteAsync(7, Golden.Counting(512)).WaitAsync(Limit);
            await set.DeactivateAsync(CancellationToken.None).WaitAsync(Limit);
        }

        for (var i = 0; i < 3; i++)
            await downs.StopAsync(i);
        await downs.StartAsync(1, readOnly: true);
        await using var reader = downs.Open(0, o => o with { ReadOnly = true });
        await Activate(reader, downs);
        var read = new byte[512];
        await reader.ReadAsync(7, read).WaitAsync(Limit);
        Assert.Equal(Golden.Counting(512), read);
        await reader.FlushAsync().WaitAsync(Limit);
        var error = await Assert.ThrowsAsync<CrucibleException>(() => reader.WriteAsync(0, read));
        Assert.Equal(CrucibleErrorKind.ModifyingReadOnlyRegion, error.Error.Kind);
    }

    [Fact]
    public async Task Both_sides_authenticate_with_tls_and_strangers_do_not_get_in()
    {
        var directory = Directory.CreateTempSubdirectory("crucible-tls-").FullName;
        using var tls = MakeTls(directory);
        await using var downs = new ThreeDownstairs(Plain, tls);
        await downs.StartAllAsync();
        await using var set = downs.Open(1, null, o => o with { Tls = tls });
        await Activate(set, downs);
        await set.WriteAsync(0, Golden.Counting(512)).WaitAsync(Limit);
        await set.FlushAsync().WaitAsync(Limit);
        await using var stranger = downs.Open(2);
        var activation = stranger.ActivateAsync(CancellationToken.None);
        await Until(() => stranger.Replicas.All(r => r.Trouble != "not connected yet" && r.State == ReplicaState.WaitConnect), () => Describe(stranger, downs));
        Assert.False(activation.IsCompleted);
        Assert.Equal(UpstairsState.Active, set.State);
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task A_snapshot_answers_with_an_error_where_the_file_system_cannot()
    {
        await using var downs = new ThreeDownstairs(Plain);
        await downs.StartAllAsync();
        await using var set = downs.Open(1);
        await Activate(set, downs);
        await set.WriteAsync(0, Golden.Counting(512)).WaitAsync(Limit);
        var error = await Record.ExceptionAsync(() => set.FlushAsync("s1").WaitAsync(Limit));
        Assert.True(error is null or CrucibleException { Error.Kind: CrucibleErrorKind.SnapshotFailed }, error?.ToString());
        await set.FlushAsync().WaitAsync(Limit);
        Assert.True(IsWhole(set));
    }

    static async Task Activate(RegionSet set, ThreeDownstairs downs)
    {
        try
        {
            await set.ActivateAsync(CancellationToken.None).WaitAsync(Limit);
        }
        catch (TimeoutException)
        {
            Assert.Fail(Describe(set, downs));
        }
    }

    static async Task ReadOverAndOverAsync(RegionSet set, byte[] data, CancellationToken over)
    {
        var read = new byte[data.Length];
        do
        {
            await set.ReadAsync(0, read).WaitAsync(Limit, CancellationToken.None);
            Assert.Equal(data, read);
        }
        while (!over.IsCancellationRequested);
    }

    static bool IsWhole(RegionSet set) => set.Replicas.All(r => r.State == ReplicaState.Active);

    static async Task Until(Func<bool> holds, Func<string> describe)
    {
        for (var i = 0; !holds(); i++)
        {
            Assert.True(i < 3000, describe());
            await Task.Delay(20);
        }
    }

    static string Describe(RegionSet set, ThreeDownstairs downs)
    {
        // The set logs under its lock, so it is not asked under the log's.
        var state = $"{set.State}: {string.Join("; ", set.Replicas)} {set.ActivationWait}";
        lock (downs.Log)
            return $"{state}\n{string.Join("\n", downs.Log.TakeLast(40))}";
    }

    static TlsFiles MakeTls(string directory)
    {
        var (start, end) = (DateTimeOffset.UnixEpoch, new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero));
        using var rootKey = RSA.Create(2048);
        var rootRequest = new CertificateRequest("CN=root", rootKey, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        rootRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var root = rootRequest.CreateSelfSigned(start, end);
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=side", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        for (var i = 0; i < 3; i++)
            names.AddDnsName($"downstairs{i}");
        request.CertificateExtensions.Add(names.Build());
        using var side = request.Create(root, start, end, [1]);
        var paths = new[] { "cert.pem", "key.pem", "root.pem" }.Select(name => Path.Combine(directory, name)).ToArray();
        File.WriteAllText(paths[0], side.ExportCertificatePem());
        File.WriteAllText(paths[1], key.ExportRSAPrivateKeyPem());
        File.WriteAllText(paths[2], root.ExportCertificatePem());
        return TlsFiles.Load(paths[0], paths[1], paths[2]);
    }

    sealed class Owner : ILeaseOwner
    {
        public Task<LeaseAnswer> AskAsync(ulong generation, CancellationToken cancellation) => Task.FromResult(LeaseAnswer.Lost);
    }
}
