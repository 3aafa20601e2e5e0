using System.Text.Json;

namespace Propolis.Scenarios.Clusters;

/// <summary>Live migrations of one instance of a cluster: asked for by propolis-cli, watched over REST, which is quicker.</summary>
sealed class GuestMoves(Cluster cluster, string name) : IDisposable
{
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(6);
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(10) };
    Uri? _silo;

    /// <summary>Where the instance is before it moves.</summary>
    public string Source { get; set; } = "";

    /// <summary>Where it goes.</summary>
    public string Target { get; set; } = "";

    /// <summary>Begins one; returns its id.</summary>
    public async Task<string> BeginAsync(string target, params string[] options)
    {
        _silo = new Uri((await cluster.StatusAsync()).GetProperty("silo").GetProperty("url").GetString()!);
        var begun = JsonDocument.Parse(await cluster.CliAsync(["instance", "migrate", name, "--to", target, "--json", .. options]));
        return begun.RootElement.GetProperty("id").GetString()!;
    }

    /// <summary>A sled other than the instance's that takes instances.</summary>
    public async Task<string> OtherSledAsync(string than)
    {
        var sleds = (await cluster.StatusAsync()).GetProperty("cluster_sleds").GetProperty("items").EnumerateArray();
        return sleds.Where(sled => Cluster.Word(sled, "policy") == "in_service" && Cluster.Word(sled, "health") == "reachable").Select(sled => Cluster.Word(sled, "id")).First(id => id != than);
    }

    /// <summary>Waits until one is as asked, with a limit; a silo that is silent is asked again.</summary>
    public async Task<JsonElement> UntilAsync(string migration, Func<JsonElement, bool> isSo)
    {
        var last = "nothing";
        using var deadline = new CancellationTokenSource(Limit);
        while (!deadline.IsCancellationRequested)
        {
            try
            {
                var seen = JsonDocument.Parse(await _http.GetStringAsync(new Uri(_silo!, $"/v1/migrations/{migration}"), deadline.Token)).RootElement;
                if (isSo(seen)) return seen;
                last = seen.ToString();
            }
            catch (Exception silent) when (silent is HttpRequestException or OperationCanceledException)
            {
                last = silent.Message;
            }
            await Task.Delay(Pause, CancellationToken.None);
        }
        throw new ScenarioException($"{migration} did not become what was waited for; last seen: {last}\nEvents:\n{await cluster.CliAsync("events", "--last", "60")}");
    }

    /// <summary>Waits for the end.</summary>
    public Task<JsonElement> EndAsync(string migration) => UntilAsync(migration, seen => Cluster.Word(seen, "phase") is "completed" or "aborted" or "failed");

    /// <summary>Waits until memory goes over.</summary>
    public Task<JsonElement> CopyingAsync(string migration) => UntilAsync(migration, seen => Progress(seen, "bytes_sent") > 1 << 20 || Cluster.Word(seen, "phase") is "completed" or "aborted" or "failed");

    /// <summary>Waits until a propolis-server, by its address, stands still and asks for the decision.</summary>
    public async Task StandsStillAsync(string server)
    {
        using var deadline = new CancellationTokenSource(Limit);
        var last = "nothing";
        while (!deadline.IsCancellationRequested)
        {
            try
            {
                last = await _http.GetStringAsync(new Uri($"http://{server}/migration"), deadline.Token);
                if (JsonDocument.Parse(last).RootElement.TryGetProperty("wait", out var wait) && wait.ValueKind == JsonValueKind.Object) return;
            }
            catch (Exception silent) when (silent is HttpRequestException or OperationCanceledException)
            {
                last = silent.Message;
            }
            await Task.Delay(Pause, CancellationToken.None);
        }
        throw new ScenarioException($"The server at {server} did not stand still; last seen: {last}");
    }

    /// <summary>A figure; -1 where there is none.</summary>
    public static long Progress(JsonElement migration, string figure) =>
        migration.TryGetProperty("progress", out var progress) && progress.ValueKind == JsonValueKind.Object && progress.TryGetProperty(figure, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetInt64() : -1;

    /// <summary>What was measured, as a line.</summary>
    public static string Figures(JsonElement migration) =>
        $"stood still for {Progress(migration, "downtime_ms")} ms of {Progress(migration, "total_ms")} ms; {Progress(migration, "pass")} passes, {Progress(migration, "bytes_sent") / 1e6:0.0} MB";

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();
}
