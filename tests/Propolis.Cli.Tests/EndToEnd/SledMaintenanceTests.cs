using System.Text.Json;

namespace Propolis.Cli.Tests.EndToEnd;

/// <summary>What an operator does with sleds while instances run on them. Each test has a cluster of its own, because sleds that one expunges are gone for the others.</summary>
public sealed class SledMaintenanceTests : IAsyncLifetime
{
    const string Limit = "60s";

    readonly PaperCluster _cluster = new();

    public ValueTask InitializeAsync() => _cluster.InitializeAsync();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task A_sled_is_drained_taken_back_and_expunged()
    {
        await WorksAsync("instance", "create", "guest", "--cpus", "1", "--memory", "128", "--wait", "--timeout", Limit);
        var first = await SledOfAsync("guest");

        await WorksAsync("sled", "drain", first, "--wait", "--timeout", Limit, "--reason", "new disks");
        await WorksAsync("wait", "guest", "--timeout", Limit);
        var second = await SledOfAsync("guest");
        Assert.NotEqual(first, second);
        Assert.Contains("in-service", await WorksAsync("sled", "resume", first), StringComparison.Ordinal);

        await WorksAsync("instance", "relocate", "guest", "--wait", "--timeout", Limit);
        await LeavesAsync("guest", second);

        await WorksAsync("wait", "guest", "--timeout", Limit);
        var third = await SledOfAsync("guest");
        _cluster.Sleds.FallSilent(third);
        await WorksAsync("sled", "expunge", third, "--yes", "--reason", "it burns");
        await LeavesAsync("guest", third);
        await WorksAsync("wait", "guest", "--timeout", Limit);
        Assert.Contains("expunged", await WorksAsync("sled", "list"), StringComparison.Ordinal);
        Assert.Contains("it burns", await WorksAsync("events", "--after", "0", "--subject", third), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_guest_moves_live_to_the_sled_that_is_named()
    {
        await WorksAsync("instance", "create", "mover", "--cpus", "1", "--memory", "128", "--wait", "--timeout", Limit);
        var target = await SledOfAsync("mover") == "sled-1" ? "sled-2" : "sled-1";

        var moved = await WorksAsync("instance", "migrate", "mover", "--to", target, "--wait", "--timeout", Limit);
        Assert.Contains("completed", moved, StringComparison.Ordinal);
        Assert.Contains("42 ms, measured", moved, StringComparison.Ordinal);
        Assert.Contains("stood still for 42 ms of 1234 ms; 3 passes, 5242880 bytes sent", await WorksAsync("events"), StringComparison.Ordinal);
        Assert.Equal(target, await SledOfAsync("mover"));
        Assert.Contains("completed", await WorksAsync("migration", "list", "--phase", "completed"), StringComparison.Ordinal);
        await WorksAsync("instance", "delete", "mover", "--wait", "--timeout", Limit);
    }

    async Task LeavesAsync(string name, string sled)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (await SledOfAsync(name) == sled) await Task.Delay(100, limit.Token);
    }

    async Task<string> SledOfAsync(string name)
    {
        var instance = JsonDocument.Parse(await WorksAsync("instance", "show", name, "--json")).RootElement;
        return instance.TryGetProperty("sled", out var sled) ? sled.GetString()! : "";
    }

    async Task<string> WorksAsync(params string[] args)
    {
        var (code, output, errors) = await Cli.RunAsync(["--silo", _cluster.Address.ToString(), .. args]);
        Assert.True(code == 0, $"{string.Join(' ', args)}: {errors}");
        return output;
    }
}
