using System.Net;
using Propolis.Contracts.Server;

namespace Propolis.Server.Tests;

/// <summary>Requests as the original's propolis-cli and its PHD tests send them (API 5.0.0): the same paths and bodies must be understood, and answered with the same statuses.</summary>
public sealed class RecordedRequests
{
    // Written by `propolis-cli new vm -t vm.toml -c 4 -m 1024`, with every kind of component that its TOML can name.
    const string New = """
        {"properties":{"id":"0df7ae9c-0ff4-4f0e-9bd1-a7e5d9c0f8a1","name":"vm","description":"propolis-cli generated instance","metadata":{"silo_id":"5bd2b0f5-7a14-4b63-8b1d-5f6b6a5ff6c1","project_id":"a2f0f8c1-7b6c-4a12-9c4c-8d5f1f8a6f02","sled_id":"7c9e6679-7425-40de-944b-e07fc1f90ae7","sled_serial":"fake-serial","sled_revision":1,"sled_model":"fake-gimlet"}},
        "init":{"method":"Spec","value":{"spec":{
          "board":{"cpus":4,"memory_mb":1024,"chipset":{"type":"i440_fx","value":{"enable_pcie":true}},"guest_hv_interface":{"type":"bhyve"},
            "cpuid":{"entries":[{"leaf":0,"subleaf":null,"eax":16,"ebx":1752462657,"ecx":1145913699,"edx":1769238117}],"vendor":"amd"}},
          "components":{
            "alpine_iso":{"type":"file_storage_backend","component":{"path":"/tmp/alpine.iso","readonly":true,"block_size":512,"workers":null}},
            "block0":{"type":"virtio_disk","component":{"backend_id":"alpine_iso","pci_path":{"bus":0,"device":4,"function":0}}},
            "5a2cbcd9-2a1f-4f1c-b5b8-6b6d8fd5a3a2":{"type":"crucible_storage_backend","component":{"request_json":"{}","readonly":false}},
            "crucible":{"type":"nvme_disk","component":{"backend_id":"5a2cbcd9-2a1f-4f1c-b5b8-6b6d8fd5a3a2","pci_path":{"bus":0,"device":16,"function":0},"serial_number":[118,111,108,117,109,101,0,0,0,0,0,0,0,0,0,0,0,0,0,0]}},
            "net0":{"type":"virtio_nic","component":{"backend_id":"net0-backend","interface_id":"00000000-0000-0000-0000-000000000000","pci_path":{"bus":0,"device":5,"function":0}}},
            "net0-backend":{"type":"virtio_network_backend","component":{"vnic_name":"vnic0"}},
            "bridge":{"type":"pci_pci_bridge","component":{"downstream_bus":1,"pci_path":{"bus":0,"device":8,"function":0}}},
            "pvpanic":{"type":"qemu_pvpanic","component":{"enable_isa":true}},
            "boot":{"type":"boot_settings","component":{"order":[{"id":"block0"}]}},
            "com1":{"type":"serial_port","component":{"num":"com1"}},"com2":{"type":"serial_port","component":{"num":"com2"}},
            "com3":{"type":"serial_port","component":{"num":"com3"}},"com4":{"type":"serial_port","component":{"num":"com4"}}},
          "smbios":{"manufacturer":"Oxide","product_name":"OxVM","serial_number":"1","version":1}}}}}
        """;

    [Fact]
    public async Task The_whole_of_a_session_is_understood()
    {
        var factory = new FakeFactory();
        await using var server = await TestServer.StartAsync(factory);

        await AnswersAsync(server, "PUT", "/instance", New, HttpStatusCode.Created, "{}");
        await AnswersAsync(server, "GET", "/instance/state-monitor", """{"gen":1}""", HttpStatusCode.OK, """{"gen":1,"state":"Creating","migration":{}}""");
        await AnswersAsync(server, "PUT", "/instance/state", "\"Run\"", HttpStatusCode.NoContent, "");
        await server.WaitForAsync(InstanceState.Running);
        await AnswersAsync(server, "GET", "/instance/migration-status", null, HttpStatusCode.OK, "{}");
        await AnswersAsync(server, "GET", "/instance/serial/history?from_start=0&max_bytes=16384", null, HttpStatusCode.OK, """{"data":[],"last_byte_offset":0}""");
        await AnswersAsync(server, "POST", "/instance/nmi", null, HttpStatusCode.OK, "null");
        await AnswersAsync(server, "PUT", "/instance/state", "\"Reboot\"", HttpStatusCode.NoContent, "");
        await server.RefusedAsync(HttpStatusCode.NotFound, "GET", "/instance/disk/7c9e6679-7425-40de-944b-e07fc1f90ae7/status");
        await server.RefusedAsync(HttpStatusCode.NotFound, "PUT", "/instance/disk/7c9e6679-7425-40de-944b-e07fc1f90ae7/vcr", """{"vcr_json":"{}"}""");
        await server.RefusedAsync(HttpStatusCode.NotFound, "POST", "/instance/disk/7c9e6679-7425-40de-944b-e07fc1f90ae7/snapshot/0df7ae9c-0ff4-4f0e-9bd1-a7e5d9c0f8a1");
        await AnswersAsync(server, "PUT", "/instance/state", "\"Stop\"", HttpStatusCode.NoContent, "");
        await server.WaitForAsync(InstanceState.Destroyed);
    }

    [Fact]
    public async Task The_spec_comes_back_as_it_went()
    {
        await using var server = await TestServer.StartAsync(new FakeFactory());
        await AnswersAsync(server, "PUT", "/instance", New, HttpStatusCode.Created, "{}");
        var sent = System.Text.Json.JsonSerializer.Deserialize<InstanceEnsureRequest>(New, Contracts.Serialization.PropolisJson.Options)!;

        var answer = await server.MustAsync<InstanceSpecGetResponse>("GET", "/instance/spec");

        Assert.Equal(((SpecInitialization)sent.Init).Spec, ((PresentSpec)answer.Spec).Spec);
        Assert.Equal(sent.Properties, answer.Properties);
    }

    [Fact]
    public async Task A_migration_target_is_understood()
    {
        await using var server = await TestServer.StartAsync(new FakeFactory());
        const string body = """
            {"properties":{"id":"0df7ae9c-0ff4-4f0e-9bd1-a7e5d9c0f8a1","name":"vm","description":"","metadata":{"silo_id":"5bd2b0f5-7a14-4b63-8b1d-5f6b6a5ff6c1","project_id":"a2f0f8c1-7b6c-4a12-9c4c-8d5f1f8a6f02","sled_id":"7c9e6679-7425-40de-944b-e07fc1f90ae7","sled_serial":"s","sled_revision":1,"sled_model":"m"}},
            "init":{"method":"MigrationTarget","value":{"migration_id":"c1d0b4f0-3b1f-4d8c-9d0e-7a3f5b6c8d9e","src_addr":"127.0.0.1:1",
              "replace_components":{"5a2cbcd9-2a1f-4f1c-b5b8-6b6d8fd5a3a2":{"component":"CrucibleStorageBackend","spec":{"request_json":"{}","readonly":false}}}}}}
            """;

        await AnswersAsync(server, "PUT", "/instance", body, HttpStatusCode.Created, """{"migrate":{"migration_id":"c1d0b4f0-3b1f-4d8c-9d0e-7a3f5b6c8d9e"}}""");

        // Nobody sends a guest from there: the VM is over, and says why.
        await server.WaitForFailureAsync();
        Assert.Equal(MigrationState.Error, (await server.MustAsync<InstanceMigrateStatusResponse>("GET", "/instance/migration-status")).MigrationIn!.State);
    }

    static async Task AnswersAsync(TestServer server, string method, string path, string? body, HttpStatusCode status, string answer) =>
        Assert.Equal((status, answer), await server.SendAsync(method, path, body, "5.0.0"));
}
