namespace Propolis.Server.Tests;

/// <summary>Bodies of <c>PUT /instance</c>, as the original's client writes them.</summary>
static class Specs
{
    public const string Com1 = """ "com1": {"type": "serial_port", "component": {"num": "com1"}} """;

    public static string Ensure(Guid id, string components, int cpus = 1, int memoryMb = 16, string more = "") => $$$"""
        {
          "properties": {{{Properties(id)}}},
          "init": {"method": "Spec", "value": {"spec": {
            "board": {"cpus": {{{cpus}}}, "memory_mb": {{{memoryMb}}}, "chipset": {"type": "i440_fx", "value": {"enable_pcie": false} } },
            "components": { {{{components}}} } {{{more}}}
          } } }
        }
        """;

    public static string Properties(Guid id) => $$$"""
        {
          "id": "{{{id}}}", "name": "vm", "description": "propolis-cli generated instance",
          "metadata": {
            "silo_id": "00000000-0000-0000-0000-000000000001", "project_id": "00000000-0000-0000-0000-000000000002",
            "sled_id": "00000000-0000-0000-0000-000000000003", "sled_serial": "fake-serial", "sled_revision": 1, "sled_model": "fake-gimlet"
          }
        }
        """;
}
