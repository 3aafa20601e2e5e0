using Propolis.Contracts.Server;
using Propolis.Contracts.Specs;
using Propolis.Contracts.Tests.Specs;

namespace Propolis.Contracts.Tests.Server;

public sealed class ServerJsonTests
{
    const string Properties = """
        {"id":"6dd1bd0c-6a0e-4d5c-8b6d-000000000001","name":"vm","description":"d","metadata":{"silo_id":"6dd1bd0c-6a0e-4d5c-8b6d-000000000002",
        "project_id":"6dd1bd0c-6a0e-4d5c-8b6d-000000000003","sled_id":"6dd1bd0c-6a0e-4d5c-8b6d-000000000004","sled_serial":"s","sled_revision":4294967295,"sled_model":"m"}}
        """;

    [Fact]
    public void Ensure_with_a_spec_round_trips()
    {
        var request = Json.RoundTrips<InstanceEnsureRequest>($$$$$$"""{"properties":{{{{{{Properties}}}}}},"init":{"method":"Spec","value":{"spec":{"board":{{{{{{SpecJsonTests.Board}}}}}},"components":{}}}}}""");
        Assert.Equal(4, Assert.IsType<SpecInitialization>(request.Init).Spec.Board.Cpus);
    }

    [Fact]
    public void Ensure_as_migration_target_round_trips()
    {
        var request = Json.RoundTrips<InstanceEnsureRequest>($$$$$$"""
            {"properties":{{{{{{Properties}}}}}},"init":{"method":"MigrationTarget","value":{"migration_id":"6dd1bd0c-6a0e-4d5c-8b6d-000000000009","src_addr":"[fd00::1]:12400",
            "replace_components":{"disk":{"component":"CrucibleStorageBackend","spec":{"request_json":"{}","readonly":false}},
            "inject":{"component":"MigrationFailureInjector","spec":{"fail_exports":0,"fail_imports":1}},
            "net":{"component":"VirtioNetworkBackend","spec":{"vnic_name":"vnic1"}}}} }}
            """);
        var target = Assert.IsType<MigrationTargetInitialization>(request.Init);
        Assert.IsType<CrucibleStorageBackend>(target.ReplaceComponents["disk"].Spec);
    }

    [Fact]
    public void Only_three_components_can_be_replaced() => Assert.Contains(
        "must be one of MigrationFailureInjector",
        Json.Refuses<ReplacementComponent>("""{"component":"SerialPort","spec":{"num":"com1"}}"""),
        StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"properties":PROPERTIES,"state":"Running","spec":{"type":"WaitingForMigrationSource"}}""")]
    [InlineData("""{"properties":PROPERTIES,"state":"Creating","spec":{"type":"Present","value":{"board":BOARD,"components":{}}}}""")]
    public void Spec_answers_round_trip(string text) => Json.RoundTrips<InstanceSpecGetResponse>(
        text.Replace("PROPERTIES", Properties, StringComparison.Ordinal).Replace("BOARD", SpecJsonTests.Board, StringComparison.Ordinal));

    [Fact]
    public void Monitor_answers_round_trip()
    {
        Json.RoundTrips<InstanceStateMonitorRequest>("""{"gen":3}""");
        Json.RoundTrips<InstanceStateMonitorResponse>("""{"gen":18446744073709551615,"state":"Migrating","migration":{"migration_out":{"id":"6dd1bd0c-6a0e-4d5c-8b6d-000000000009","state":"RamPushDirty"}}}""");
    }

    [Fact]
    public void Small_bodies_round_trip()
    {
        Json.RoundTrips<InstanceGetResponse>($$$$$$"""{"instance":{"properties":{{{{{{Properties}}}}}},"state":"Destroyed"}}""");
        Json.RoundTrips<InstanceEnsureResponse>("""{"migrate":{"migration_id":"6dd1bd0c-6a0e-4d5c-8b6d-000000000009"}}""");
        Json.RoundTrips<InstanceEnsureResponse>("""{}""");
        Json.RoundTrips<InstanceStateRequested>("\"Reboot\"");
        Json.RoundTrips<InstanceSerialConsoleHistoryResponse>("""{"data":[0,27,255],"last_byte_offset":3}""");
        Json.RoundTrips<InstanceVCRReplace>("""{"vcr_json":"{}"}""");
        Json.RoundTrips<ReplaceResult>("\"vcr_matches\"");
        Json.RoundTrips<ServerError>("""{"error_code":"E","message":"m","request_id":"r"}""");
    }

    [Fact]
    public void A_volume_tree_round_trips()
    {
        const string Upstairs = """
            {"upstairs":{"state":"go_active","generation":7,"session_id":"6dd1bd0c-6a0e-4d5c-8b6d-000000000001","upstairs_id":"6dd1bd0c-6a0e-4d5c-8b6d-000000000002",
            "block_size":4096,"encrypted":true,"read_only":false,"live_repair_in_progress":true,"reconcile_in_progress":false,
            "targets":[{"state":{"type":"connecting","mode":"faulted","state":"live_repair_ready"}},{"state":{"type":"live_repair"},"target_addr":"1.2.3.4:5"},
            {"region_id":"6dd1bd0c-6a0e-4d5c-8b6d-000000000003","repair_addr":"1.2.3.4:6","state":{"type":"active"}}]}}
            """;
        var status = Json.RoundTrips<VolumeStatus>($$$$$$"""{"volume_info":{"volume":{"sub_volumes":[{{{{{{Upstairs}}}}}}],"read_only_parent":{{{{{{Upstairs}}}}}}}}}""");
        Assert.IsType<DownstairsLiveRepair>(status.VolumeInfo.Volume!.SubVolumes[0].Upstairs!.Targets[1].State);
    }
}
