using System.Buffers;
using System.IO.Pipelines;
using Propolis.Cli.Serial;
using Propolis.Contracts.Instances;
using Propolis.Silo.Tests.Rest;
using Propolis.Terminal;

namespace Propolis.Cli.Tests.Cluster;

/// <summary><c>serial NAME</c> through the silo, to consoles of the tests.</summary>
[Collection(RestHost.Collection)]
public sealed class ClusterSerialTests
{
    readonly RestHost _host;

    public ClusterSerialTests(RestHost host)
    {
        _host = host.Fresh();
        Have(Views.Running("inst-a", "sled-a") with { Name = "web" });
        _host.Grains.Sleds["sled-a"] = Views.Sled("sled-a");
        _host.Grains.Sleds["sled-b"] = Views.Sled("sled-b");
    }

    [Theory]
    [InlineData("serial", "web")]
    [InlineData("instance", "serial", "web")]
    public async Task Keys_and_words_go_both_ways_until_the_user_leaves(params string[] words)
    {
        var (typed, shown) = (new Pipe(), new Pipe());
        var running = RunAsync(typed, shown, words);
        var (_, start, console) = await _host.Consoles.JoinedAsync();
        Assert.Equal(0, start.FromStart);

        console.Says("login: ");
        Assert.Equal("login: ", await ShownAsync(shown));
        await typed.Writer.WriteAsync("root\n"u8.ToArray());
        Assert.Equal("root\n", await console.TypedAsync());
        await typed.Writer.WriteAsync(new byte[] { 1, 3 });
        Assert.Equal(0, await running.WaitAsync(TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public async Task The_terminal_follows_the_instance_to_another_sled()
    {
        var (typed, shown) = (new Pipe(), new Pipe());
        var running = RunAsync(typed, shown, ["serial", "web"]);
        var source = await _host.Consoles.JoinedAsync();
        Have(Views.Running("inst-a", "sled-b", 2) with { Name = "web" });
        source.Console.Ends();

        var target = await _host.Consoles.JoinedAsync();
        target.Console.Says("hello from there");
        Assert.Equal("hello from there", await ShownAsync(shown));
        await typed.Writer.WriteAsync(new byte[] { 1, 3 });
        Assert.Equal(0, await running.WaitAsync(TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public async Task The_end_of_the_instance_ends_the_command()
    {
        var (typed, shown) = (new Pipe(), new Pipe());
        var running = RunAsync(typed, shown, ["serial", "web"]);
        var joined = await _host.Consoles.JoinedAsync();
        Have(Views.Instance("inst-a") with { Name = "web", Phase = InstancePhase.Deleted });
        joined.Console.Ends();
        Assert.Equal(0, await running.WaitAsync(TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public async Task Who_types_too_much_without_a_console_is_told_why_it_ends()
    {
        var (typed, shown, errors) = (new Pipe(new(pauseWriterThreshold: 0)), new Pipe(), new StringWriter());
        Have(Views.Instance("inst-a") with { Name = "web", Phase = InstancePhase.Waiting });
        var running = RunAsync(typed, shown, ["serial", "web"], errors);
        await typed.Writer.WriteAsync(new byte[SerialTyping.Limit + 4096]);
        Assert.Equal(1, await running.WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.Contains("more than 64 KiB were typed while there was no console", errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_name_there_is_nothing_to_join() => Assert.Equal(2, (await Cli.RunAsync("--silo", _host.Client.BaseAddress!.ToString(), "serial")).Code);

    [Theory]
    [InlineData(-100, "ws://silo:1/v1/instances/inst-a/serial?most_recent=100")]
    [InlineData(0, "ws://silo:1/v1/instances/inst-a/serial?from_start=0")]
    public void Offsets_count_from_either_end(long offset, string address) =>
        Assert.Equal(address, SerialAddress.OfInstance(new("http://silo:1"), Views.Instance("inst-a").Id, offset).ToString());

    Task<int> RunAsync(Pipe typed, Pipe shown, string[] words, TextWriter? errors = null)
    {
        var host = new CommandHost(TextWriter.Null, errors ?? TextWriter.Null, TimeProvider.System) { OpenInput = () => typed.Reader.AsStream(), OpenOutput = () => shown.Writer.AsStream() };
        return CliProgram.RunAsync(["--silo", _host.Client.BaseAddress!.ToString(), .. words], host);
    }

    void Have(InstanceView instance)
    {
        _host.Grains.Instances[instance.Id.Value] = instance;
        _host.Index.Instances.Clear();
        _host.Index.Instances.Add(instance);
    }

    static async Task<string> ShownAsync(Pipe shown)
    {
        var read = await shown.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20));
        var text = System.Text.Encoding.ASCII.GetString(read.Buffer.ToArray());
        shown.Reader.AdvanceTo(read.Buffer.End);
        return text;
    }
}
