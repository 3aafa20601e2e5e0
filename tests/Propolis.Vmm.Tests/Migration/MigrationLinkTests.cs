using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Propolis.Vmm.Migration;
using Propolis.Vmm.Migration.Wire;

namespace Propolis.Vmm.Tests.Migration;

public sealed class MigrationLinkTests : IAsyncDisposable
{
    static readonly Guid One = new(1, 0, 0, new byte[8]);
    static readonly Guid Two = new(2, 0, 0, new byte[8]);

    readonly MigrationListener _listener = new(new IPEndPoint(IPAddress.Loopback, 0));
    readonly CancellationTokenSource _limit = new(TimeSpan.FromSeconds(30));

    public async ValueTask DisposeAsync()
    {
        await _listener.DisposeAsync();
        _limit.Dispose();
    }

    [Fact]
    public async Task Both_ends_get_the_connections_in_the_same_order()
    {
        var accepting = _listener.AcceptAsync(One, _limit.Token);
        using var dialed = await ConnectAsync(One, 3);
        using var accepted = await accepting;

        for (var i = 0; i < 3; i++)
        {
            await dialed.Memory[i].WriteAsync(new[] { (byte)i }, _limit.Token);
            Assert.Equal(i, accepted.Memory[i].ReadByte());
        }
        await accepted.Control.SendAsync(ControlType.Accept, Array.Empty<byte>(), _limit.Token);
        await dialed.Control.ExpectAsync(ControlType.Accept, _limit.Token);
    }

    [Fact]
    public async Task Migrations_do_not_mix()
    {
        var (first, second) = (_listener.AcceptAsync(One, _limit.Token), _listener.AcceptAsync(Two, _limit.Token));
        using var dialed = await ConnectAsync(Two, 1);
        using var accepted = await second;

        Assert.Equal(Two, accepted.Migration);
        Assert.False(first.IsCompleted);
        using var other = await ConnectAsync(One, 2);
        using var late = await first;
        Assert.Equal(2, late.Memory.Count);
    }

    [Fact]
    public async Task Nobody_waits_for_a_migration_that_is_not_known() =>
        Assert.Contains("waits for the migration", (await Assert.ThrowsAsync<MigrationException>(() => ConnectAsync(One, 1))).Message);

    [Fact]
    public async Task Nobody_listens() =>
        Assert.Contains("No connection to", (await Assert.ThrowsAsync<MigrationException>(
            () => MigrationLink.ConnectAsync(new IPEndPoint(IPAddress.Loopback, 1), One, 1, null, _limit.Token))).Message);

    [Fact]
    public async Task Another_version_is_told_so()
    {
        _ = _listener.AcceptAsync(One, _limit.Token);

        Assert.Equal(HelloAnswer.OtherVersion, await SayAsync(new Hello(Hello.Version + 1, 9, 0, 1, One, 1).ToBytes()));
        Assert.Equal(HelloAnswer.Welcome, await SayAsync(new Hello(0, 9, 0, 1, One, 1).ToBytes()));
    }

    [Fact]
    public async Task An_attempt_that_broke_off_is_forgotten()
    {
        var accepting = _listener.AcceptAsync(One, _limit.Token);
        Assert.Equal(HelloAnswer.Welcome, await SayAsync(new Hello(Hello.Version, Hello.Version, 0, 2, One, 77).ToBytes()));

        using var dialed = await ConnectAsync(One, 2);
        using var accepted = await accepting;

        await dialed.Control.SendAsync(ControlType.Ready, Array.Empty<byte>(), _limit.Token);
        await accepted.Control.ExpectAsync(ControlType.Ready, _limit.Token);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    [InlineData(3, 2)]
    [InlineData(0, 17)]
    public async Task Introductions_that_cannot_be_are_dropped(int index, int streams)
    {
        _ = _listener.AcceptAsync(One, _limit.Token);
        var bytes = new Hello(Hello.Version, Hello.Version, (ushort)index, (ushort)streams, One, 1).ToBytes();
        if ((index, streams) == (0, 1)) bytes[0] ^= 1;

        Assert.Null(await SayAsync(bytes));
    }

    [Fact]
    public async Task A_wait_that_is_given_up_can_be_begun_again()
    {
        using var brief = new CancellationTokenSource();
        var waiting = _listener.AcceptAsync(One, brief.Token);
        await Assert.ThrowsAsync<InvalidOperationException>(() => _listener.AcceptAsync(One, _limit.Token));
        await brief.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);

        var again = _listener.AcceptAsync(One, _limit.Token);
        using var dialed = await ConnectAsync(One, 1);
        using var accepted = await again;
    }

    [Fact]
    public async Task With_TLS_both_sides_show_who_they_are_and_strangers_stay_out()
    {
        using var here = Certificate("here");
        using var there = Certificate("there");
        var tls = new MigrationTls(null, new SslServerAuthenticationOptions
        {
            ServerCertificate = there,
            ClientCertificateRequired = true,
            RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.GetCertHashString() == here.GetCertHashString(),
        });
        await using var listener = new MigrationListener(new IPEndPoint(IPAddress.Loopback, 0), tls);
        var accepting = listener.AcceptAsync(One, _limit.Token);
        MigrationTls Dialer(X509Certificate2 own) => new(new SslClientAuthenticationOptions
        {
            TargetHost = "there",
            ClientCertificates = [own],
            RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.GetCertHashString() == there.GetCertHashString(),
        }, null);

        await Assert.ThrowsAsync<MigrationException>(() => MigrationLink.ConnectAsync(listener.Address, One, 1, Dialer(there), _limit.Token));
        using var dialed = await MigrationLink.ConnectAsync(listener.Address, One, 1, Dialer(here), _limit.Token);
        using var accepted = await accepting;

        await dialed.Control.SendAsync(ControlType.Ready, Array.Empty<byte>(), _limit.Token);
        await accepted.Control.ExpectAsync(ControlType.Ready, _limit.Token);
    }

    static X509Certificate2 Certificate(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        return request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddHours(-1), TimeProvider.System.GetUtcNow().AddHours(1));
    }

    Task<MigrationLink> ConnectAsync(Guid migration, int streams) => MigrationLink.ConnectAsync(_listener.Address, migration, streams, null, _limit.Token);

    /// <summary>One connection by hand; null when it is closed without an answer.</summary>
    async Task<HelloAnswer?> SayAsync(byte[] hello)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(_listener.Address, _limit.Token);
        await socket.SendAsync(hello, _limit.Token);
        var answer = new byte[1];
        return await socket.ReceiveAsync(answer, _limit.Token) == 1 ? (HelloAnswer)answer[0] : null;
    }
}
