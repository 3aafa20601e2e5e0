using System.Net.WebSockets;
using System.Text;
using Propolis.Cli.Cluster;

namespace Propolis.Cli.Tests.Cluster;

public sealed class ClusterResumeTests
{
    static readonly Uri Address = new("ws://silo:1/v1/instances/inst-a/serial?most_recent=100");

    readonly StringWriter _remarks = new();
    readonly ClusterResume _resume;

    public ClusterResumeTests() => _resume = new(SiloAddresses.Read("http://silo:1,http://other:2", Assert.Fail)!, TimeProvider.System, _remarks);

    [Fact]
    public async Task It_goes_on_at_the_next_byte_of_the_same_VM()
    {
        Told("""{"incarnation": 3, "sled": "sled-a", "offset": 1000}""");
        _resume.Read(24);
        Assert.Equal("?from_start=1024&incarnation=3", (await _resume.AfterAsync(Address, new WebSocketException(), default))!.Query);
        Assert.Contains("the silo is away", _remarks.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_goes_on_through_the_next_silo_and_then_comes_round_again()
    {
        Told("""{"incarnation": 3, "sled": "sled-a", "offset": 0}""");
        Assert.Equal("ws://other:2/v1/instances/inst-a/serial", (await _resume.AfterAsync(Address, new WebSocketException(), default))!.GetLeftPart(UriPartial.Path));
        Assert.Equal("ws://silo:1/v1/instances/inst-a/serial", (await _resume.AfterAsync(Address, new WebSocketException(), default))!.GetLeftPart(UriPartial.Path));
    }

    [Fact]
    public async Task Without_an_offset_it_goes_on_with_the_present()
    {
        Told("""{"incarnation": 3, "sled": "sled-a"}""");
        _resume.Read(24);
        Assert.Equal("?most_recent=0", (await _resume.AfterAsync(Address, new WebSocketException(), default))!.Query);
    }

    [Fact]
    public async Task A_silo_that_never_answered_is_not_asked_again() =>
        await Assert.ThrowsAsync<CliException>(() => _resume.AfterAsync(Address, new CliException("it is not there"), default));

    [Fact]
    public void The_user_is_told_where_the_guest_went_and_why_there_is_none()
    {
        Told("""{"incarnation": 3, "sled": "sled-a", "offset": 0}""");
        Assert.Equal("", _remarks.ToString());
        Told("""{"phase": "waiting", "reason": "no sled has room"}""");
        Told("""{"incarnation": 4, "sled": "sled-b", "offset": 0}""");
        Assert.Equal("\r\n[propolis-cli: no console: the instance is waiting, no sled has room]\r\n\r\n[propolis-cli: now on sled-b]\r\n", _remarks.ToString());
    }

    void Told(string text) => _resume.Told(Encoding.UTF8.GetBytes(text));
}
