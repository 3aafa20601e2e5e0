using System.Globalization;
using System.Text.Json;
using Propolis.Scenarios.Clusters;
using Propolis.Scenarios.Guests;
using Propolis.Scenarios.Sleds;

namespace Propolis.Scenarios;

/// <summary>Propolis-servers without a cluster: what a guest and a network see of a guest that moves from one server to another.</summary>
public sealed class ServerScenarios
{
    const string Address = "10.78.0.2";
    const string Words = $"guest.ip={Address}/24";
    const int EchoPort = 7777;
    const string ReverseArp = "8035";
    const int Enough = 20;

    const string Properties = """
        {"id": "00000000-0000-0000-0000-000000000005", "name": "mover", "description": "moves",
         "metadata": {
           "silo_id": "00000000-0000-0000-0000-000000000001", "project_id": "00000000-0000-0000-0000-000000000002",
           "sled_id": "00000000-0000-0000-0000-000000000003", "sled_serial": "serial", "sled_revision": 1, "sled_model": "sled"} }
        """;

    const int Memory = 256;
    const int LoadedMemory = 512;

    static readonly TimeSpan MoveLimit = TimeSpan.FromMinutes(5);
    static readonly TimeSpan TalkLimit = TimeSpan.FromMinutes(2);

    // Explicit for its minutes, and because it measures what others on the machine disturb.
    [Fact(Explicit = true)]
    public async Task A_tcp_connection_and_pings_go_on_when_the_guest_moves_to_another_server()
    {
        Assert.SkipWhen(Checkout.HasUsableKvm, "Makes a bridge and taps, which is done to nothing but an emulated sled.");
        await using var own = await OwnSled.StartAsync("scenario-talk");
        await using var bridge = await Bridge.MakeAsync(own.Sled, "move", "10.78.0.1/24", taps: 2);
        await using var source = await ServerVm.StartAsync(own.Sled, 11, Words);
        await using var target = await ServerVm.StartAsync(own.Sled, 12, Words);
        await source.ListensAsync();
        await target.ListensAsync();
        await source.PutAsync("/instance", Make(Memory, Nic(bridge.Taps[0])));
        await source.PutAsync("/instance/state", "\"Run\"");
        await using var guest = source.Shell();
        await guest.RunAsync($"echo kept >/tmp/witness; (nc -l -p {EchoPort} -e cat </dev/null >/tmp/echo 2>&1; echo ended with $? >>/tmp/echo) & true");
        var (boot, uptime, mac) = (await BootAsync(guest), await UptimeAsync(guest), await guest.RunAsync("cat /sys/class/net/eth0/address"));
        await using var pings = await PingWatch.StartAsync(own.Sled, Address);
        await using var talk = EchoConversation.Start(own.Sled, Address, EchoPort);
        await pings.AnswersAsync(Enough, TalkLimit);
        await talk.ComesBackAsync(Enough, TalkLimit);
        var connection = await ConnectionAsync(guest);
        Assert.StartsWith($"::ffff:{Address}:{EchoPort} ", connection, StringComparison.Ordinal);
        Assert.Equal(bridge.Taps[0], await bridge.TapOfAsync(mac));
        await bridge.RecordAsync(bridge.Taps[1]);

        await target.PutAsync("/instance", Fetch(source, OtherNic(bridge.Taps[1])));
        var arrived = await target.UntilAsync("/migration", HasEnded, MoveLimit);
        var left = await source.UntilAsync("/migration", HasEnded, MoveLimit);

        Assert.True(arrived.GetProperty("has_moved").GetBoolean(), $"{arrived}\n{await target.LogAsync()}");
        await source.UntilAsync("/instance/outcome", HasLeft, MoveLimit);
        await pings.AnswersAsync(pings.Answered.Count + Enough, TalkLimit);
        await GoesOnAsync(talk, guest);
        Assert.InRange(await bridge.BroadcastsAsync(bridge.Taps[1], mac, ReverseArp), 1, int.MaxValue);
        Assert.Equal(bridge.Taps[1], await bridge.TapOfAsync(mac));
        Assert.Equal((boot, "kept"), (await BootAsync(guest), await guest.RunAsync("cat /tmp/witness")));
        Assert.True(await UptimeAsync(guest) > uptime, "the guest's clock went back");
        Assert.Equal(connection, await ConnectionAsync(guest));
        Assert.Equal(0, await talk.EndAsync());
        Assert.Equal(EchoConversation.Expected(talk.Sent), talk.Lines);
        Assert.Distinct(pings.Answered);
        Note($"source: {GuestMoves.Figures(left)}; target: {GuestMoves.Figures(arrived)}");
        Note($"outside: {pings.Lost} of {pings.Sent} pings were lost, none was answered for {pings.LongestGap.TotalSeconds:0.00} s; of {talk.Sent} lines none waited longer than {talk.LongestWait.TotalSeconds:0.00} s");
    }

    // Explicit for its minutes. The guest itself proves every page: it copies, hashes the copy, and overwrites memory as fast as it can, on every one of its ten moves.
    [Fact(Explicit = true)]
    public async Task A_guest_that_copies_and_hashes_50_MiB_and_dirties_memory_moves_ten_times_with_every_page_and_the_right_time()
    {
        const int moves = 10;
        const int mebibytes = 50;
        Assert.SkipWhen(Checkout.HasUsableKvm, "Its servers' ports are those of an emulated sled.");
        await using var own = await OwnSled.StartAsync("scenario-moves");
        var here = await ServerVm.StartAsync(own.Sled, 11, "");
        try
        {
            await here.ListensAsync();
            await here.PutAsync("/instance", Make(LoadedMemory, ""));
            await here.PutAsync("/instance/state", "\"Run\"");
            await using var guest = here.Shell();
            var (boot, uptime, began) = (await BootAsync(guest), await UptimeAsync(guest), TimeProvider.System.GetTimestamp());
            var hash = (await guest.RunAsync($"dd if=/dev/urandom of=/tmp/a bs=1M count={mebibytes} 2>/dev/null; : >/tmp/rounds; sha256sum </tmp/a")).Split(' ')[0];
            Assert.Matches("^[0-9a-f]{64}$", hash);
            await guest.RunAsync($"while :; do cp /tmp/a /tmp/b; case $(sha256sum </tmp/b) in {hash}*) ;; *) echo bad >>/tmp/bad ;; esac; echo >>/tmp/rounds; done & while :; do dd if=/dev/zero of=/tmp/z bs=1M count=64 conv=notrunc 2>/dev/null; done & true");
            for (var move = 1; move <= moves; move++)
            {
                var rounds = await RoundsAsync(guest);
                var next = await ServerVm.StartAsync(own.Sled, 11 + (move % 2), "");
                try
                {
                    await next.ListensAsync();
                    await next.PutAsync("/instance", Fetch(here, ""));
                    var arrived = await next.UntilAsync("/migration", HasEnded, MoveLimit);
                    Note($"move {move} of a guest at round {rounds}: {GuestMoves.Figures(await here.UntilAsync("/migration", HasEnded, MoveLimit))}");
                    Assert.True(arrived.GetProperty("has_moved").GetBoolean(), $"move {move}: {arrived}\n{await next.LogAsync()}");
                    await here.UntilAsync("/instance/outcome", HasLeft, MoveLimit);
                }
                catch
                {
                    await next.DisposeAsync();
                    throw;
                }
                await here.DisposeAsync();
                here = next;
                Assert.Equal("", await guest.RunAsync("cat /tmp/bad 2>/dev/null"));
            }
            var last = await RoundsAsync(guest);
            Assert.Equal("more", await guest.RunAsync($"n=0; while [ $n -lt 90 ] && [ $(wc -l </tmp/rounds) -le {last + 1} ]; do sleep 1; n=$((n + 1)); done; [ $(wc -l </tmp/rounds) -le {last + 1} ] || echo more"));
            Assert.Equal((boot, ""), (await BootAsync(guest), await guest.RunAsync("cat /tmp/bad 2>/dev/null; dmesg | grep -i -e stall -e 'soft lockup' -e BUG: -e segfault -e 'general protection' -e traps:")));
            Assert.StartsWith(hash, await guest.RunAsync("sha256sum </tmp/a"), StringComparison.Ordinal);
            Assert.InRange(await UptimeAsync(guest) - uptime - TimeProvider.System.GetElapsedTime(began).TotalSeconds, -5, 5);
        }
        finally
        {
            await here.DisposeAsync();
        }
    }

    // The variable store is the firmware's flash memory, which the guest writes: it must come along, and serve the firmware's next start.
    [Fact]
    public async Task A_guest_of_UEFI_firmware_moves_with_its_variables_and_starts_again_over_there()
    {
        const string variables = "/sys/firmware/efi/efivars";
        const string before = $"{variables}/Newt-6a3b4c5d-1122-3344-5566-778899aabbcc";
        const string after = $"{variables}/Toad-6a3b4c5d-1122-3344-5566-778899aabbcc";
        Assert.SkipWhen(Checkout.HasUsableKvm, "Its servers' ports are those of an emulated sled.");
        await using var own = await OwnSled.StartAsync("scenario-uefi");
        await using var source = await ServerVm.StartFirmwareAsync(own.Sled, 11, "OVMF_CODE.fd");
        await using var target = await ServerVm.StartFirmwareAsync(own.Sled, 12, "OVMF_CODE.fd");
        await source.ListensAsync();
        await target.ListensAsync();
        await source.PutAsync("/instance", Make(LoadedMemory, Disk($"{own.Sled.Images}/disk.img")));
        await source.PutAsync("/instance/state", "\"Run\"");
        await using var guest = source.Shell();
        var boot = await BootAsync(guest);
        await guest.RunAsync($"load efivarfs; mount -t efivarfs none {variables}; printf '\\007\\000\\000\\000salamander' >{before}");
        var start = await guest.RunAsync("head -c 4194304 /dev/vda | sha256sum");

        await target.PutAsync("/instance", Fetch(source, ""));
        var arrived = await target.UntilAsync("/migration", HasEnded, MoveLimit);
        Note(GuestMoves.Figures(await source.UntilAsync("/migration", HasEnded, MoveLimit)));

        Assert.True(arrived.GetProperty("has_moved").GetBoolean(), $"{arrived}\n{await target.LogAsync()}");
        Assert.Equal((boot, "salamander"), (await BootAsync(guest), await guest.RunAsync($"tail -c +5 {before}")));
        await guest.RunAsync($"printf '\\007\\000\\000\\000triton' >{after}; echo 3 >/proc/sys/vm/drop_caches");
        Assert.Equal(start, await guest.RunAsync("head -c 4194304 /dev/vda | sha256sum"));
        await target.PutAsync("/instance/state", "\"Reboot\"");
        await guest.ReadUntilAsync("propolis-guest: ready");
        await guest.ReadUntilAsync("guest# ");
        await guest.RunAsync($"load efivarfs; mount -t efivarfs none {variables}");
        Assert.Equal(("salamander", "triton"), (await guest.RunAsync($"tail -c +5 {before}"), await guest.RunAsync($"tail -c +5 {after}")));
        Assert.NotEqual(boot, await BootAsync(guest));
    }

    static async Task<int> RoundsAsync(SerialShell guest) => int.Parse(await guest.RunAsync("wc -l </tmp/rounds"), CultureInfo.InvariantCulture);

    // A connection that broke has its reason in the guest.
    static async Task GoesOnAsync(EchoConversation talk, SerialShell guest)
    {
        try
        {
            await talk.ComesBackAsync(talk.Sent + Enough, TalkLimit);
        }
        catch (ScenarioException broken)
        {
            throw new ScenarioException($"{broken.Message}\nThe guest says: {await guest.RunAsync("cat /proc/uptime /tmp/echo; netstat -tn; dmesg | tail -n 15")}");
        }
    }

    static bool HasEnded(JsonElement migration) => migration.TryGetProperty("has_moved", out var moved) && moved.ValueKind != JsonValueKind.Null;

    static bool HasLeft(JsonElement answer) => answer.TryGetProperty("outcome", out var outcome) && outcome.ValueKind == JsonValueKind.Object && Cluster.Word(outcome, "kind") == "migrated_out";

    // The same boot has the same id.
    static Task<string> BootAsync(SerialShell guest) => guest.RunAsync("cat /proc/sys/kernel/random/boot_id");

    // Addresses and ports of both ends, as the guest sees them.
    static Task<string> ConnectionAsync(SerialShell guest) => guest.RunAsync($"netstat -tn | awk '/:{EchoPort} .*ESTABLISHED/ {{ print $4, $5 }}'");

    static async Task<double> UptimeAsync(SerialShell guest) => double.Parse(await guest.RunAsync("cut -d ' ' -f 1 /proc/uptime"), CultureInfo.InvariantCulture);

    static string Make(int memory, string devices) => $$$"""
        {"properties": {{{Properties}}}, "init": {"method": "Spec", "value": {"spec": {
          "board": {"cpus": 1, "memory_mb": {{{memory}}}, "chipset": {"type": "i440_fx", "value": {"enable_pcie": false} } },
          "components": { {{{devices}}} "com1": {"type": "serial_port", "component": {"num": "com1"} } } } } } }
        """;

    static string Disk(string path) => $$$"""
        "disk": {"type": "virtio_disk", "component": {"backend_id": "file", "pci_path": {"bus": 0, "device": 5, "function": 0} } },
        "file": {"type": "file_storage_backend", "component": {"path": "{{{path}}}", "readonly": true, "block_size": 512} },
        """;

    static string Nic(string tap) => $$$"""
        "nic": {"type": "virtio_nic", "component": {"backend_id": "net", "interface_id": "00000000-0000-0000-0000-000000000004", "pci_path": {"bus": 0, "device": 4, "function": 0} } },
        "net": {"type": "virtio_network_backend", "component": {"vnic_name": "{{{tap}}}"} },
        """;

    static string Fetch(ServerVm source, string replacements) => $$$"""
        {"properties": {{{Properties}}}, "init": {"method": "MigrationTarget", "value": {
          "migration_id": "{{{Guid.NewGuid()}}}", "src_addr": "{{{source.Address}}}", "replace_components": { {{{replacements}}} } } } }
        """;

    static string OtherNic(string tap) => $$$"""
        "net": {"component": "VirtioNetworkBackend", "spec": {"vnic_name": "{{{tap}}}"} }
        """;

    static void Note(string line) => TestContext.Current.TestOutputHelper?.WriteLine(line);
}
