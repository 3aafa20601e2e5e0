using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Propolis.Bench.Migration;

/// <summary>The same guest under QEMU with the same KVM; it moves from one QEMU process to another by QEMU's own migration, over TCP on loopback.</summary>
sealed class QemuGuest : IMovingGuest
{
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);
    static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    readonly MigrationBenchOptions _options;
    readonly string _folder = Directory.CreateTempSubdirectory("qemu-").FullName;
    readonly GuestShell _shell;
    Instance? _now;
    int _count;

    public QemuGuest(MigrationBenchOptions options)
    {
        _options = options;
        _shell = new GuestShell(
            (buffer, stop) => _now!.Serial.ReadAsync(buffer, stop).AsTask(),
            (bytes, stop) => _now!.Serial.WriteAsync(bytes, stop).AsTask());
    }

    public string Engine => "QEMU";

    public async Task StartAsync()
    {
        using var limit = new CancellationTokenSource(Limit);
        _now = await BeginAsync(null, limit.Token);
        await _shell.ReadyAsync();
    }

    public Task<string> ShellAsync(string line) => _shell.RunAsync(line);

    public Task StopAsync()
    {
        _now?.Dispose();
        Directory.Delete(_folder, recursive: true);
        return Task.CompletedTask;
    }

    public async Task<MoveFigures> MoveAsync()
    {
        using var limit = new CancellationTokenSource(Limit);
        var uri = $"tcp:127.0.0.1:{FreePort()}";
        var leaving = _now!;
        var arriving = await BeginAsync(uri, limit.Token);
        await leaving.Control.RunAsync("migrate-set-capabilities", new { capabilities = new[] { new { capability = "auto-converge", state = true } } }, limit.Token);
        await leaving.Control.RunAsync("migrate-set-parameters", new Dictionary<string, object>
        {
            ["max-bandwidth"] = 10_000_000_000L,
            ["downtime-limit"] = (long)_options.Budget.TotalMilliseconds,
        }, limit.Token);
        await leaving.Control.RunAsync("migrate", new { uri }, limit.Token);
        while (true)
        {
            var seen = await leaving.Control.RunAsync("query-migrate", null, limit.Token);
            var status = seen.GetProperty("status").GetString();
            if (status is "failed" or "cancelled") throw new InvalidOperationException($"QEMU did not move its guest: {seen}");
            if (status == "completed")
            {
                while ((await arriving.Control.RunAsync("query-status", null, limit.Token)).GetProperty("status").GetString() != "running") await Task.Delay(Look, limit.Token);
                leaving.Dispose();
                _now = arriving;
                return Figures(seen);
            }
            await Task.Delay(Look, limit.Token);
        }
    }

    static MoveFigures Figures(JsonElement seen)
    {
        var ram = seen.GetProperty("ram");
        return new MoveFigures(
            TimeSpan.FromMilliseconds(seen.GetProperty("downtime").GetDouble()),
            TimeSpan.FromMilliseconds(seen.GetProperty("total-time").GetDouble()),
            null, null,
            ram.GetProperty("dirty-sync-count").GetInt32(),
            ram.GetProperty("normal-bytes").GetInt64() / 1e6,
            ram.GetProperty("transferred").GetInt64() / 1e6,
            seen.TryGetProperty("cpu-throttle-percentage", out var throttle) ? throttle.GetInt32() : 0);
    }

    async Task<Instance> BeginAsync(string? incoming, CancellationToken stop)
    {
        var name = Path.Combine(_folder, (++_count).ToString(CultureInfo.InvariantCulture));
        string[] arguments =
        [
            "-machine", "pc", "-accel", "kvm", "-cpu", "host", "-m", $"{_options.MemoryMiB}", "-smp", $"{_options.Vcpus}", "-nodefaults", "-display", "none", "-no-reboot",
            "-kernel", _options.Kernel, "-initrd", _options.Initrd, "-append", "console=ttyS0 quiet",
            "-chardev", $"socket,id=serial,path={name}.serial,server=on,wait=off", "-serial", "chardev:serial", "-qmp", $"unix:{name}.qmp,server=on,wait=off",
            .. _options.Disk is { } disk ? new[] { "-drive", $"file={disk},format=raw,if=none,id=data,readonly=on", "-device", "virtio-blk-pci,drive=data" } : [],
            .. incoming is null ? Array.Empty<string>() : ["-incoming", incoming],
        ];
        var process = Process.Start(new ProcessStartInfo(_options.Qemu!, arguments)) ?? throw new InvalidOperationException("QEMU did not start.");
        return new Instance(process, await Qmp.ConnectAsync($"{name}.qmp", stop), await Qmp.OpenAsync($"{name}.serial", stop));
    }

    static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    sealed record Instance(Process Process, Qmp Control, NetworkStream Serial) : IDisposable
    {
        public void Dispose()
        {
            Control.Dispose();
            Serial.Dispose();
            Process.Kill();
            Process.Dispose();
        }
    }
}
