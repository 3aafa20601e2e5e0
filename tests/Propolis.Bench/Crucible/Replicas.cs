using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Propolis.Crucible.Wire;

namespace Propolis.Bench.Crucible;

/// <summary>Downstairs processes on loopback, each with a region of its own in one folder that goes when they do.</summary>
sealed class Replicas(string folder, RegionDefinition definition) : IAsyncDisposable
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    readonly Dictionary<int, Process> _running = [];
    readonly Dictionary<int, IPEndPoint> _addresses = [];

    /// <summary>The data address of a replica that was started.</summary>
    public IPEndPoint this[int index] => _addresses[index];

    /// <summary>Processor time of all that run.</summary>
    public TimeSpan ProcessorTime => _running.Values.Aggregate(TimeSpan.Zero, (sum, process) => sum + process.TotalProcessorTime);

    /// <summary>Starts a replica, with an empty region unless it has one; it comes back at its address.</summary>
    public async Task StartAsync(int index)
    {
        var directory = DirectoryOf(index);
        if (!Directory.Exists(directory))
            await CreateAsync(directory);
        var port = _addresses.TryGetValue(index, out var known) ? known.Port : FreePort();
        var process = Launch("run", "-d", directory, "-a", "127.0.0.1", "-p", $"{port}");
        _running[index] = process;
        _addresses[index] = new IPEndPoint(IPAddress.Loopback, port);
        var line = await process.StandardOutput.ReadLineAsync().WaitAsync(Limit);
        if (line?.StartsWith("serving ", StringComparison.Ordinal) != true)
            throw new InvalidOperationException($"replica {index} did not start: {line} {await process.StandardError.ReadToEndAsync()}");
        _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
    }

    /// <summary>Kills a replica; what it holds stays.</summary>
    public async Task StopAsync(int index)
    {
        if (!_running.Remove(index, out var process))
            return;
        using (process)
        {
            process.Kill();
            await process.WaitForExitAsync().WaitAsync(Limit);
        }
    }

    /// <summary>Kills a replica and forgets what it held.</summary>
    public async Task WipeAsync(int index)
    {
        await StopAsync(index);
        Directory.Delete(DirectoryOf(index), recursive: true);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var index in _running.Keys.ToList())
            await StopAsync(index);
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }

    async Task CreateAsync(string directory)
    {
        using var process = Launch(
            "create", "-d", directory, "--block-size", $"{definition.BlockSize}", "--extent-size", $"{definition.ExtentSize}",
            "--extent-count", $"{definition.ExtentCount}");
        await process.WaitForExitAsync().WaitAsync(Limit);
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"no region in {directory}: {await process.StandardError.ReadToEndAsync()}");
    }

    string DirectoryOf(int index) => Path.Combine(folder, $"{index}");

    static Process Launch(params string[] arguments) => Process.Start(
        new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "crucible-downstairs"), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;

    // The repair port lies 4000 above, so both must be free.
    static int FreePort()
    {
        for (var port = 23100; port < 26900; port++)
        {
            try
            {
                using var data = new TcpListener(IPAddress.Loopback, port);
                using var repair = new TcpListener(IPAddress.Loopback, port + Protocol.RepairPortOffset);
                data.Start();
                repair.Start();
                return port;
            }
            catch (SocketException)
            {
            }
        }

        throw new InvalidOperationException("no two free ports 4000 apart");
    }
}
