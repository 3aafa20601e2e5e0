using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Propolis.Contracts.Serialization;
using Propolis.Contracts.Server;
using Propolis.Contracts.Specs;

namespace Propolis.Cli.Tests;

/// <summary>Commands that speak to one propolis-server: what they send, and what they make of the answer.</summary>
public sealed class ServerCommandTests : IAsyncLifetime
{
    const string Instance = """
        {"instance": {"properties": {"id": "7f5b8a5e-0d0c-4f5b-8f1c-3f5f2f6f7f8f", "name": "vm", "description": "",
          "metadata": {"silo_id": "00000000-0000-0000-0000-000000000000", "project_id": "00000000-0000-0000-0000-000000000000",
            "sled_id": "00000000-0000-0000-0000-000000000000", "sled_serial": "s", "sled_revision": 1, "sled_model": "m"}}, "state": "Running"}}
        """;

    FakeServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await FakeServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("state run", "PUT /instance/state \"Run\"")]
    [InlineData("state stop", "PUT /instance/state \"Stop\"")]
    [InlineData("state reboot", "PUT /instance/state \"Reboot\"")]
    [InlineData("state stop --graceful 30", "POST /instance/power-button?timeout_seconds=30")]
    [InlineData("inject-nmi", "POST /instance/nmi")]
    public async Task Words_of_today_become_requests(string words, string request)
    {
        var (code, _, errors) = await RunAsync(words.Split(' '));

        Assert.Equal((0, ""), (code, errors));
        Assert.Equal([request], _server.Requests);
    }

    [Fact]
    public async Task Words_of_old_name_the_VM_and_are_checked()
    {
        _server.Answer(200, Instance);
        _server.Answer(204, "");
        Assert.Equal(0, (await RunAsync("state", "vm", "run")).Code);
        _server.Answer(200, Instance);
        var (code, _, errors) = await RunAsync("state", "other", "stop");

        Assert.Equal(["GET /instance", "PUT /instance/state \"Run\"", "GET /instance"], _server.Requests);
        Assert.Equal(1, code);
        Assert.Contains("'vm', not 'other'", errors);
    }

    [Fact]
    public async Task New_makes_a_VM_with_serial_ports_and_pvpanic()
    {
        _server.Answer(201, "{}");

        var (code, output, _) = await RunAsync("new", "vm", "-c", "2", "-m", "512", "-u", "7f5b8a5e-0d0c-4f5b-8f1c-3f5f2f6f7f8f");

        Assert.Equal(0, code);
        Assert.Contains("vm", output);
        var sent = Sent<InstanceEnsureRequest>("PUT /instance ");
        Assert.Equal(("vm", Guid.Parse("7f5b8a5e-0d0c-4f5b-8f1c-3f5f2f6f7f8f"), "fake-gimlet"), (sent.Properties.Name, sent.Properties.Id, sent.Properties.Metadata.SledModel));
        var spec = Assert.IsType<SpecInitialization>(sent.Init).Spec;
        Assert.Equal((2, 512UL), (spec.Board.Cpus, spec.Board.MemoryMb));
        Assert.Equal(["com1", "com2", "com3", "com4", "pvpanic"], spec.Components.Keys.Select(key => key.Value));
    }

    [Fact]
    public async Task New_takes_devices_from_every_place_they_can_come_from()
    {
        using var folder = new TempFolder();
        var toml = folder.Write("vm.toml", """
            [block_dev.disk]
            type = "file"
            path = "disk.img"
            [dev.d0]
            driver = "pci-nvme"
            block_dev = "disk"
            pci-path = "0.4.0"
            [cpuid.small]
            vendor = "amd"
            "0" = [1, 2, 3, 4]
            """);
        var crucible = folder.Write("disks.json", """[{"name": "boot", "slot": 1, "device": "virtio", "volume_construction_request": {"type": "volume"}}]""");
        var cloudInit = folder.Write("seed.img", "cidata");
        _server.Answer(201, "{}");

        Assert.Equal("", (await RunAsync("new", "vm", "-t", toml, "--cpuid-profile", "small", "--crucible-disks", crucible, "--cloud-init", cloudInit, "--hyperv")).Errors);

        var spec = ((SpecInitialization)Sent<InstanceEnsureRequest>("PUT /instance ").Init).Spec;
        Assert.Equal(Path.Combine(folder.Path, "disk.img"), ((FileStorageBackend)spec.Components["disk"]).Path);
        Assert.Equal(0x11, ((VirtioDisk)spec.Components["boot-device"]).PciPath.Device);
        Assert.Equal("{\"type\": \"volume\"}", ((CrucibleStorageBackend)spec.Components["boot"]).RequestJson);
        Assert.Equal("cidata", Encoding.ASCII.GetString(Convert.FromBase64String(((BlobStorageBackend)spec.Components["cloud-init-backend"]).Base64)));
        Assert.Equal(0x18, ((VirtioDisk)spec.Components["cloud-init"]).PciPath.Device);
        Assert.Equal(CpuidVendor.Amd, spec.Board.Cpuid!.Vendor);
        Assert.IsType<HyperVInterface>(spec.Board.GuestHvInterface);
    }

    [Fact]
    public async Task New_takes_a_whole_spec_and_nothing_beside_it()
    {
        using var folder = new TempFolder();
        _server.Answer(201, "{}");
        await RunAsync("new", "vm", "-c", "1");
        var spec = ((SpecInitialization)Sent<InstanceEnsureRequest>("PUT /instance ").Init).Spec;
        var file = folder.Write("spec.json", JsonSerializer.Serialize(spec, PropolisJson.Options));
        _server.Requests.Clear();
        _server.Answer(201, "{}");

        Assert.Equal(0, (await RunAsync("new", "vm", "-s", file)).Code);
        Assert.Equal(spec, ((SpecInitialization)Sent<InstanceEnsureRequest>("PUT /instance ").Init).Spec);
        Assert.Equal(2, (await RunAsync("new", "vm", "-s", file, "-c", "2")).Code);
    }

    [Theory]
    [InlineData("new vm -t /nowhere.toml")]
    [InlineData("new vm -s /nowhere.json")]
    [InlineData("new vm --cpuid-profile x")]
    [InlineData("new vm -c 0")]
    [InlineData("state fly")]
    [InlineData("state run --graceful 3")]
    [InlineData("completion tcsh")]
    public async Task What_cannot_be_meant_sends_nothing(string words)
    {
        var (code, _, errors) = await RunAsync(words.Split(' '));

        Assert.Equal(2, code);
        Assert.Single(errors.Trim().Split('\n'));
        Assert.Empty(_server.Requests);
    }

    [Fact]
    public async Task Get_shows_the_VM_to_people_and_to_programs()
    {
        _server.Answer(200, Instance);
        var people = await RunAsync("get");
        _server.Answer(200, Instance);
        var programs = await RunAsync("get", "--json");

        Assert.Contains("state:       Running", people.Output);
        Assert.Equal("Running", JsonDocument.Parse(programs.Output).RootElement.GetProperty("state").GetString());
    }

    [Fact]
    public async Task Monitor_asks_for_one_generation_after_the_other_until_the_end()
    {
        foreach (var (gen, state) in new[] { (1, "Creating"), (3, "Running"), (6, "Destroyed") }) _server.Answer(200, $$"""{"gen": {{gen}}, "state": "{{state}}", "migration": { } }""");

        var (code, output, _) = await RunAsync("monitor");

        Assert.Equal((0, "1 Creating\n3 Running\n6 Destroyed\n"), (code, output.ReplaceLineEndings("\n")));
        Assert.Equal(["GET /instance/state-monitor {\"gen\":1}", "GET /instance/state-monitor {\"gen\":2}", "GET /instance/state-monitor {\"gen\":4}"], _server.Requests);
    }

    [Fact]
    public async Task A_refusal_is_one_sentence()
    {
        _server.Answer(403, """{"message": "Reboot is denied.", "request_id": "1"}""");

        Assert.Equal((1, "", "propolis-cli: Reboot is denied. (403 Forbidden)"), Trimmed(await RunAsync("state", "reboot")));
    }

    [Fact]
    public async Task Serial_shows_the_port_follows_the_guest_and_leaves_by_the_escape()
    {
        await using var target = await FakeServer.StartAsync();
        var typed = new TaskCompletionSource<string>();
        _server.OnSocket = async (socket, _) =>
        {
            await SendAsync(socket, WebSocketMessageType.Binary, "here ");
            await SendAsync(socket, WebSocketMessageType.Text, $$$"""{"migrating":{"destination":"127.0.0.1:{{{target.Port}}}","from_start":5} }""");
            await socket.ReceiveAsync(new byte[16], CancellationToken.None);
        };
        target.OnSocket = async (socket, query) =>
        {
            await SendAsync(socket, WebSocketMessageType.Binary, $"there{query}");
            var buffer = new byte[64];
            var frame = await socket.ReceiveAsync(buffer, CancellationToken.None);
            typed.TrySetResult(Encoding.ASCII.GetString(buffer, 0, frame.Count));
            await socket.ReceiveAsync(buffer, CancellationToken.None);
        };
        var input = new TypedInput();
        var output = new MemoryStream();
        var host = new CommandHost(TextWriter.Null, TextWriter.Null, TimeProvider.System) { OpenInput = () => input, OpenOutput = () => output };
        var running = CliProgram.RunAsync(["-p", _server.Port, "serial", "-b", "-100"], host);
        await Wait.UntilAsync(() => Encoding.ASCII.GetString(output.ToArray()).Contains("there"));

        input.Type("ls\r");
        Assert.Equal("ls\r", await typed.Task.WaitAsync(Wait.Limit));
        input.Type("\u0001\u0003");

        Assert.Equal(0, await running.WaitAsync(Wait.Limit));
        Assert.Equal("here there?from_start=5&typed=true", Encoding.ASCII.GetString(output.ToArray()));
        Assert.Contains("GET /instance/serial?most_recent=100&typed=true", _server.Requests);
    }

    [Theory]
    [InlineData(true, "cho\r")]
    [InlineData(false, "next\r")]
    public async Task What_a_guest_has_not_taken_when_it_moves_is_typed_again_where_the_server_tells(bool tells, string again)
    {
        await using var target = await FakeServer.StartAsync();
        var typed = new TaskCompletionSource<string>();
        _server.OnSocket = async (socket, _) =>
        {
            await ReceiveAsync(socket, "echo\r".Length);
            if (tells) await SendAsync(socket, WebSocketMessageType.Text, """{"typed":1}""");
            await SendAsync(socket, WebSocketMessageType.Text, $$$"""{"migrating":{"destination":"127.0.0.1:{{{target.Port}}}","from_start":0} }""");
            await socket.ReceiveAsync(new byte[16], CancellationToken.None);
        };
        target.OnSocket = async (socket, _) =>
        {
            await SendAsync(socket, WebSocketMessageType.Binary, "there");
            typed.TrySetResult(await ReceiveAsync(socket, again.Length));
            await socket.ReceiveAsync(new byte[16], CancellationToken.None);
        };
        var input = new TypedInput();
        var output = new MemoryStream();
        var host = new CommandHost(TextWriter.Null, TextWriter.Null, TimeProvider.System) { OpenInput = () => input, OpenOutput = () => output };
        var running = CliProgram.RunAsync(["-p", _server.Port, "serial"], host);

        input.Type("echo\r");
        await Wait.UntilAsync(() => output.Length > 0);
        if (!tells) input.Type("next\r");

        Assert.Equal(again, await typed.Task.WaitAsync(Wait.Limit));
        input.Type("\u0001\u0003");
        Assert.Equal(0, await running.WaitAsync(Wait.Limit));
    }

    [Fact]
    public async Task Migrate_lets_the_other_server_fetch_the_guest_and_follows_both()
    {
        await using var target = await FakeServer.StartAsync();
        _server.Answer(200, Instance);
        target.Answer(201, """{"migrate": {"migration_id": "7f5b8a5e-0d0c-4f5b-8f1c-3f5f2f6f7f8f"}}""");
        target.Answer(200, """{"migration_in": {"id": "7f5b8a5e-0d0c-4f5b-8f1c-3f5f2f6f7f8f", "state": "Finish"}}""");
        _server.Answer(200, """{"migration_out": {"id": "7f5b8a5e-0d0c-4f5b-8f1c-3f5f2f6f7f8f", "state": "Finish"}}""");

        var (code, output, errors) = await RunAsync("migrate", "127.0.0.1", "-p", target.Port);

        Assert.Equal((0, "source: Finish, target: Finish", ""), (code, output.Trim(), errors));
        var sent = JsonSerializer.Deserialize<InstanceEnsureRequest>(target.Requests.First()["PUT /instance ".Length..], PropolisJson.Options)!;
        Assert.Equal(("vm", $"127.0.0.1:{_server.Port}"), (sent.Properties.Name, ((MigrationTargetInitialization)sent.Init).SrcAddr));
    }

    [Fact]
    public async Task Migrate_says_when_the_guest_stays()
    {
        await using var target = await FakeServer.StartAsync();
        _server.Answer(200, Instance);
        target.Answer(201, "{}");
        target.Answer(200, """{"migration_in": {"id": "7f5b8a5e-0d0c-4f5b-8f1c-3f5f2f6f7f8f", "state": "Error"}}""");
        _server.Answer(200, "{}");

        var (code, _, errors) = await RunAsync("migrate", "127.0.0.1", "-p", target.Port);

        Assert.Equal(1, code);
        Assert.Contains("stays", errors);
    }

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    public async Task Completion_scripts_ask_the_program(string shell) => Assert.Contains("[suggest:", (await RunAsync("completion", shell)).Output);

    static async Task SendAsync(WebSocket socket, WebSocketMessageType type, string text) => await socket.SendAsync(Encoding.ASCII.GetBytes(text), type, true, CancellationToken.None);

    static async Task<string> ReceiveAsync(WebSocket socket, int count)
    {
        var buffer = new byte[count];
        for (var have = 0; have < count;) have += (await socket.ReceiveAsync(buffer.AsMemory(have), CancellationToken.None)).Count;
        return Encoding.ASCII.GetString(buffer);
    }

    static (int, string, string) Trimmed((int Code, string Output, string Errors) result) => (result.Code, result.Output.Trim(), result.Errors.Trim());

    T Sent<T>(string prefix) => JsonSerializer.Deserialize<T>(_server.Requests.Single(request => request.StartsWith(prefix, StringComparison.Ordinal))[prefix.Length..], PropolisJson.Options)!;

    Task<(int Code, string Output, string Errors)> RunAsync(params string[] words) => Cli.RunAsync(["-s", "127.0.0.1", "-p", _server.Port, .. words]);
}
