using Propolis.Contracts.Server;
using Propolis.Vmm.Tests.Machine;

namespace Propolis.Server.Tests;

/// <summary>Real machines on this host's KVM, whose firmware is a program of a few instructions.</summary>
public sealed class TinyGuestTests : IDisposable
{
    readonly TinyServers _servers = new();

    [Fact]
    public async Task A_guest_boots_prints_and_switches_itself_off()
    {
        await using var server = await _servers.StartAsync(code =>
        {
            foreach (var letter in "hello\n") TinyRom.Print(code, letter);
            TinyRom.PowerOff(code);
        });
        await server.EnsureAsync();
        using var socket = await server.AttachAsync("?from_start=0");

        await server.StateAsync("Run");

        Assert.Equal("hello\n", await TestServer.ReadUntilAsync(socket, "\n"));
        await server.WaitForAsync(InstanceState.Destroyed);
    }

    [Fact]
    public async Task A_guest_echoes_what_is_typed_and_starts_over_when_asked()
    {
        await using var server = await _servers.StartAsync(TinyRom.Echo);
        await server.EnsureAsync();
        using var socket = await server.AttachAsync("?from_start=0");
        await server.StateAsync("Run");
        await TestServer.ReadUntilAsync(socket, ">");

        await socket.SendAsync("abc\n"u8.ToArray(), System.Net.WebSockets.WebSocketMessageType.Binary, true, CancellationToken.None);
        Assert.Equal("abc\n", await TestServer.ReadUntilAsync(socket, "\n"));
        await server.StateAsync("Reboot");
        await TestServer.ReadUntilAsync(socket, ">");
        await server.StateAsync("Stop");

        await server.WaitForAsync(InstanceState.Destroyed);
    }

    [Fact]
    public async Task Disks_of_every_kind_are_put_in_place()
    {
        var disk = Path.Combine(_servers.Folder, "disk.img");
        await File.WriteAllBytesAsync(disk, new byte[1 << 16]);
        await using var server = await _servers.StartAsync(TinyRom.Echo);

        await server.EnsureAsync(Specs.Com1 + $$$"""
            , "d1": {"type": "virtio_disk", "component": {"backend_id": "b1", "pci_path": {"bus": 0, "device": 4, "function": 0} } },
            "b1": {"type": "file_storage_backend", "component": {"path": "{{{disk}}}", "readonly": false, "block_size": 512}},
            "d2": {"type": "nvme_disk", "component": {"backend_id": "b2", "pci_path": {"bus": 1, "device": 1, "function": 0}, "serial_number": [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20]}},
            "b2": {"type": "blob_storage_backend", "component": {"base64": "aGVsbG8=", "readonly": true}},
            "bridge": {"type": "pci_pci_bridge", "component": {"downstream_bus": 1, "pci_path": {"bus": 0, "device": 6, "function": 0} } },
            "panic": {"type": "qemu_pvpanic", "component": {"enable_isa": true}}
            """);
        await server.StateAsync("Run");

        await server.WaitForAsync(InstanceState.Running);
        var metrics = await MetricsWithAsync(server, "kind=\"portwrite\"");
        Assert.Contains("propolis_disk_operations", metrics);
        Assert.Contains("disk=\"d2\"", metrics);
    }

    // A VM runs before its guest has done anything.
    static async Task<string> MetricsWithAsync(TestServer server, string words)
    {
        var seen = "";
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!seen.Contains(words, StringComparison.Ordinal))
        {
            Assert.False(limit.IsCancellationRequested, $"no {words} in 30 s; the last were {seen}");
            await Task.Delay(20);
            seen = await server.Http.GetStringAsync("/metrics");
        }
        return seen;
    }

    [Fact]
    public async Task A_disk_that_is_not_there_is_named_and_leaves_no_VM()
    {
        await using var server = await _servers.StartAsync(TinyRom.Echo);
        const string components = """
            "d1": {"type": "virtio_disk", "component": {"backend_id": "b1", "pci_path": {"bus": 0, "device": 4, "function": 0} } },
            "b1": {"type": "file_storage_backend", "component": {"path": "/nowhere/disk.img", "readonly": false, "block_size": 512}}
            """;

        Assert.Contains("/nowhere/disk.img", await server.RefusedAsync(System.Net.HttpStatusCode.InternalServerError, "PUT", "/instance", Specs.Ensure(Guid.NewGuid(), components)));
        await server.RefusedAsync(System.Net.HttpStatusCode.FailedDependency, "GET", "/instance");
    }

    public void Dispose() => _servers.Dispose();
}
