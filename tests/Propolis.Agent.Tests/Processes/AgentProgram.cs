using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using Propolis.Agent.Tests.Fakes;
using Propolis.Agent.Vmms;
using Propolis.Contracts.Agents;
using Propolis.Contracts.Serialization;

namespace Propolis.Agent.Tests.Processes;

/// <summary>The real program propolis-agent on a folder, with the fake propolis-server as its VMs' program.</summary>
sealed class AgentProgram : IDisposable
{
    readonly Folder _folder = new();
    Process? _process;

    /// <summary>Prepares a folder with an image.</summary>
    public AgentProgram()
    {
        Directory.CreateDirectory(_folder["images"]);
        File.WriteAllText(_folder["images/vmlinuz"], "kernel");
    }

    /// <summary>Its data.</summary>
    public string Data => _folder["data"];

    /// <summary>Starts it and waits until it answers.</summary>
    public async Task StartAsync()
    {
        var port = FreePort();
        var info = new ProcessStartInfo(Program("propolis-agent"))
        {
            ArgumentList =
            {
                "run", "--sled", "sled-test", "--listen", $"127.0.0.1:{port}", "--data", Data, "--images", _folder["images"], "--memory-folder", _folder["memory"],
                "--ports", "23000-23999", "--server", Program("fake-propolis-server"), "--grace", "1",
            },
            RedirectStandardError = true,
        };
        _process = Process.Start(info)!;
        var errors = _process.StandardError.ReadToEndAsync();
        Client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        await Until.TrueAsync(AnswersAsync, () => _process.HasExited ? errors.Result : "no answer");
    }

    /// <summary>Speaks to it.</summary>
    public HttpClient Client { get; private set; } = new();

    /// <summary>kill -9, and waits until it is gone.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>What a VMM does.</summary>
    public async Task<VmmStatus> StatusAsync(VmmKey key) =>
        (await Client.GetFromJsonAsync<VmmReply>(AgentRoutes.Vmm(key.Instance, key.Incarnation), PropolisJson.Options))!.Status;

    /// <summary>Waits for a state.</summary>
    public async Task<VmmStatus> WaitAsync(VmmKey key, VmmState state)
    {
        VmmStatus? last = null;
        await Until.TrueAsync(async () => (last = await StatusAsync(key)).State == state, () => $"{last}");
        return last!;
    }

    /// <summary>Asks it to make a VMM.</summary>
    public async Task<VmmReply> EnsureAsync(VmmKey key, VmmEnsureRequest request)
    {
        using var answer = await Client.PutAsJsonAsync(AgentRoutes.Vmm(key.Instance, key.Incarnation), request, PropolisJson.Options);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<VmmReply>(PropolisJson.Options))!;
    }

    /// <summary>The path of a program beside the tests.</summary>
    public static string Program(string name) => Path.Combine(AppContext.BaseDirectory, name);

    /// <summary>A port that was free just now.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Ends it and every server it started.</summary>
    public void Dispose()
    {
        _process?.Kill();
        _process?.WaitForExit();
        foreach (var record in new Propolis.Agent.Storage.VmmStore(Data).Load())
        {
            if (record.Process is { } identity && Propolis.Agent.Processes.HostProcess.IsAlive(identity))
                Process.GetProcessById(identity.Pid).Kill();
        }
        Client.Dispose();
        _folder.Dispose();
    }

    async Task<bool> AnswersAsync()
    {
        Assert.False(_process!.HasExited, "the agent ended");
        try
        {
            using var answer = await Client.GetAsync(new Uri("/health/live", UriKind.Relative));
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
