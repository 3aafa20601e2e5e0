using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Propolis.Scenarios.Clusters;
using Propolis.Scenarios.Sleds;

namespace Propolis.Scenarios.Guests;

/// <summary>A propolis-server on an emulated sled, and its one VM, driven by REST as its clients do it.</summary>
sealed class ServerVm : IAsyncDisposable
{
    static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(1);
    // A server's first request takes half a minute where everything is emulated and the machine is busy.
    static readonly TimeSpan AnswerLimit = TimeSpan.FromMinutes(2);
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    readonly Sled _sled;
    readonly string _folder;
    readonly HttpClient _http;

    ServerVm(Sled sled, string folder, int port)
    {
        _sled = sled;
        _folder = folder;
        Port = port;
        _http = new HttpClient { BaseAddress = new Uri($"http://{Address}"), Timeout = AnswerLimit, DefaultRequestHeaders = { { "api-version", "5.0.0" } } };
    }

    /// <summary>The port of 127.0.0.1 at which it listens.</summary>
    public int Port { get; }

    /// <summary>Where it listens, on its sled and on this machine.</summary>
    public string Address => $"127.0.0.1:{Port}";

    /// <summary>Starts one whose VMs boot the guest's kernel with these words. <paramref name="number"/> tells servers of one sled apart.</summary>
    public static Task<ServerVm> StartAsync(Sled sled, int number, string words) =>
        StartBootingAsync(sled, number, $"--kernel {sled.Images}/vmlinuz --initrd {sled.Images}/initrd.img --cmdline 'console=ttyS0 quiet {words}'");

    /// <summary>Starts one whose VMs boot this firmware of the guest images.</summary>
    public static Task<ServerVm> StartFirmwareAsync(Sled sled, int number, string bootrom) => StartBootingAsync(sled, number, $"--bootrom {sled.Images}/{bootrom}");

    static async Task<ServerVm> StartBootingAsync(Sled sled, int number, string boot)
    {
        var server = new ServerVm(sled, await sled.NewFolderAsync("server"), sled.FirstPort + number);
        await sled.MustAsync($"{sled.Program("propolis-server")} run {boot} --listen {server.Address} </dev/null >{server._folder}/log 2>&1 & echo $! >{server._folder}/pid");
        return server;
    }

    /// <summary>Waits until it takes requests.</summary>
    public Task ListensAsync()
    {
        var steps = (int)StartLimit.TotalSeconds * 5;
        return _sled.MustAsync($"for i in $(seq {steps}); do grep -q 'listens on' {_folder}/log && exit 0; sleep 0.2; done; cat {_folder}/log; exit 1", limit: StartLimit * 2);
    }

    /// <summary>Joins the VM's serial port by propolis-cli of this machine, which follows the guest to other servers.</summary>
    public SerialShell Shell() => new(Commands.Start(Path.Combine(PublishedPrograms.Folder, "propolis-cli"), ["--port", $"{Port}", "serial"]));

    /// <summary>Asks for a document.</summary>
    public async Task<JsonElement> GetAsync(string path) => await AnswerAsync(await _http.GetAsync(path), path);

    /// <summary>Sends a document; it must be taken.</summary>
    public async Task<JsonElement> PutAsync(string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        return await AnswerAsync(await _http.PutAsync(path, content), path);
    }

    /// <summary>Asks for a document again and again until it is as wanted.</summary>
    public async Task<JsonElement> UntilAsync(string path, Func<JsonElement, bool> isSo, TimeSpan limit)
    {
        using var deadline = new CancellationTokenSource(limit);
        while (true)
        {
            var seen = await GetAsync(path);
            if (isSo(seen)) return seen;
            if (deadline.IsCancellationRequested) throw new ScenarioException($"{path} of the server at {Address} did not become what was waited for; last seen: {seen}\n{await LogAsync()}");
            await Task.Delay(Pause, CancellationToken.None);
        }
    }

    /// <summary>The end of what the server has logged.</summary>
    public async Task<string> LogAsync() => (await _sled.RunAsync($"tail -n 40 {_folder}/log")).Output;

    /// <summary>Ends the server, and with it its VM.</summary>
    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _sled.RunAsync($"kill -9 $(cat {_folder}/pid)");
    }

    async Task<JsonElement> AnswerAsync(HttpResponseMessage answer, string path)
    {
        using (answer)
        {
            var text = await answer.Content.ReadAsStringAsync();
            if (!answer.IsSuccessStatusCode) throw new ScenarioException($"The server at {Address} answers {path} with {(int)answer.StatusCode}: {text}\n{await LogAsync()}");
            return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement;
        }
    }
}
