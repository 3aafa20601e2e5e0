using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Propolis.Contracts.Hosting;
using Propolis.Silo.Tests.Storage;

namespace Propolis.Silo.Orleans.Tests.Processes;

/// <summary>A <c>propolis-silo-orleans</c> of its own process, on ports that were free. It dies with the tests, also when those are killed.</summary>
sealed class SiloProcess : IAsyncDisposable
{
    static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(90);

    readonly Process _process;
    readonly List<string> _said = [];
    readonly TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    SiloProcess(string database)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "propolis-silo-orleans");
        _process = new()
        {
            StartInfo = ChildProgram.Of(program, program, ["run", "--db", database, "--listen", "127.0.0.1:0", "--silo", $"127.0.0.1:{FreePort()}", "--gateway-port", $"{FreePort()}"]),
            EnableRaisingEvents = true,
        };
        _process.OutputDataReceived += (_, line) => Heard(line.Data);
        _process.ErrorDataReceived += (_, line) => Heard(line.Data);
        _process.Exited += (_, _) => _address.TrySetException(new InvalidOperationException($"the silo ended: {Said}"));
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Everything it said.</summary>
    public string Said
    {
        get
        {
            lock (_said)
                return string.Join('\n', _said);
        }
    }

    /// <summary>Where its API is.</summary>
    public Uri Address => _address.Task.Result;

    /// <summary>Grains by this silo's API.</summary>
    public IGrains Grains { get; private set; } = null!;

    /// <summary>Starts silos at once and waits until all have joined.</summary>
    public static async Task<SiloProcess[]> StartAsync(string database, int count)
    {
        var silos = Enumerable.Range(0, count).Select(_ => new SiloProcess(database)).ToArray();
        await Task.WhenAll(silos.Select(silo => silo.ReadyAsync()));
        return silos;
    }

    /// <summary>Ends it without a word.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Freezes it.</summary>
    public void Stop() => Signal("-STOP");

    /// <summary>Lets it run on.</summary>
    public void Continue() => Signal("-CONT");

    /// <summary>Waits for its end.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> EndAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(StartLimit);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            await KillAsync();
        _process.Dispose();
    }

    async Task ReadyAsync()
    {
        var address = await _address.Task.WaitAsync(StartLimit);
        var http = new HttpClient { BaseAddress = new Uri(address, "/v1/"), Timeout = TimeSpan.FromSeconds(10) };
        Grains = new RemoteGrains(http);
        var began = Stopwatch.GetTimestamp();
        while (!await IsReadyAsync(http))
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < StartLimit, $"the silo does not get ready: {Said}");
            await Task.Delay(50);
        }
    }

    static async Task<bool> IsReadyAsync(HttpClient http)
    {
        using var answer = await http.GetAsync(new Uri("/health/ready", UriKind.Relative));
        return answer.IsSuccessStatusCode;
    }

    void Heard(string? line)
    {
        if (line is null)
            return;
        lock (_said)
            _said.Add(line);
        if (line.Split(" listens on ") is [_, { } address])
            _address.TrySetResult(new Uri(address));
    }

    void Signal(string signal)
    {
        using var kill = Process.Start("/bin/kill", [signal, $"{_process.Id}"]);
        kill.WaitForExit();
    }

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
