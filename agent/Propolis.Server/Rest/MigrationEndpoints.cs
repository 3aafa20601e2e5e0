using Propolis.Contracts.Server;
using Propolis.Server.Instances;

namespace Propolis.Server.Rest;

/// <summary>Migrations of the VM, and its screen: operations that this build only names.</summary>
static class MigrationEndpoints
{
    /// <summary>Adds them.</summary>
    public static void MapMigration(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/instance/migration-status", GetStatus).WithName("instance_migrate_status");
        routes.MapGet("/instance/migrate/{migration_id:guid}/start", IResult () => throw ServerException.NotBuilt("live migration")).WithName("instance_migrate_start");
        routes.MapGet("/instance/vnc", IResult () => throw ServerException.NotBuilt("VNC")).ExcludeFromDescription();
    }

    static InstanceMigrateStatusResponse GetStatus(InstanceSlot slot) => slot.Current.States.Current.Migration;
}
