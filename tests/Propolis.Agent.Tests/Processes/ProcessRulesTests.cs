using System.Text;
using Propolis.Agent.Images;
using Propolis.Agent.Processes;
using Propolis.Agent.Servers;
using Propolis.Agent.Sleds;

namespace Propolis.Agent.Tests.Processes;

public sealed class ProcessRulesTests
{
    const string Stat = "42 (a (b) c) S 1 42 42 0 -1 4194560 1 0 0 0 250 50 0 0 20 0 9 0 123456 8192 100 18446744073709551615";

    [Fact]
    public void Stat_is_read_behind_a_name_with_brackets_and_spaces()
    {
        var stat = ProcStat.Parse(Stat)!.Value;
        Assert.Equal(('S', 123456, 100), (stat.State, stat.StartTicks, stat.ResidentPages));
        Assert.Equal(TimeSpan.FromSeconds(3), stat.Cpu);
        Assert.Equal(409600, stat.ResidentBytes);
        Assert.False(stat.IsDead);
    }

    [Theory]
    [InlineData("")]
    [InlineData("42 (short) S 1")]
    public void Anything_else_is_no_process(string text) => Assert.Null(ProcStat.Parse(text));

    [Fact]
    public void A_dead_process_that_nobody_waited_for_is_dead() => Assert.True(ProcStat.Parse(Stat.Replace(") S", ") Z", StringComparison.Ordinal))!.Value.IsDead);

    [Fact]
    public void This_process_is_alive_under_its_identity_and_under_no_other()
    {
        var me = new ProcessIdentity { Pid = Environment.ProcessId, StartTicks = ProcStat.Of(Environment.ProcessId)!.Value.StartTicks, BootId = HostBoot.Id };
        Assert.True(HostProcess.IsAlive(me));
        Assert.False(HostProcess.IsAlive(me with { StartTicks = me.StartTicks - 1 }));
        Assert.False(HostProcess.IsAlive(me with { BootId = "another boot" }));
    }

    [Fact]
    public void Marks_are_whole_entries()
    {
        var environment = Encoding.UTF8.GetBytes($"A=1\0{ServerCommandRules.MarkVariable}=/d/inst-a/12\0B=2\0");
        Assert.True(ServerCommandRules.HasMark(environment, "/d/inst-a/12"));
        Assert.False(ServerCommandRules.HasMark(environment, "/d/inst-a/1"));
        Assert.False(ServerCommandRules.HasMark(environment, "/d/inst-a/123"));
    }

    [Fact]
    public void Only_what_is_set_is_on_the_command_line() =>
        Assert.Equal(
            ["run", "--listen", "127.0.0.1:5001", "--kernel", "/i/vmlinuz", "--cmdline", "console=ttyS0 quiet"],
            ServerCommandRules.Arguments(new ServerStart { Folder = "/f", Port = 5001, Boot = new BootFiles { Kernel = "/i/vmlinuz", Cmdline = "console=ttyS0 quiet" } }, "127.0.0.1"));

    [Theory]
    [InlineData("22010-22049", true)]
    [InlineData("5-5", true)]
    [InlineData("9-5", false)]
    [InlineData("0-5", false)]
    [InlineData("1-70000", false)]
    [InlineData("1", false)]
    public void Ranges_are_first_to_last(string text, bool right)
    {
        if (right)
            Assert.Equal(text, PortRange.Parse(text).ToString());
        else
            Assert.Contains("FIRST-LAST", Assert.Throws<FormatException>(() => PortRange.Parse(text)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_first_port_that_nobody_has_is_chosen()
    {
        var range = new PortRange(1, 4);
        Assert.Equal(3, range.Choose(new HashSet<int> { 1 }, port => port != 2));
        Assert.Null(range.Choose(new HashSet<int> { 1, 2, 3 }, port => port != 4));
    }

    [Fact]
    public void Ids_that_are_uuids_stay_and_others_become_the_same_uuid_each_time()
    {
        var uuid = new Guid("6f6d4a0c-3c5e-4f60-9a35-0c5ad5a5f7d1");
        Assert.Equal(uuid, EnsureRules.UuidOf($"inst-{uuid}", "inst-"));
        var made = EnsureRules.UuidOf("inst-demo", "inst-");
        Assert.Equal(made, EnsureRules.UuidOf("inst-demo", "inst-"));
        Assert.Equal(8, made.Version);
        Assert.NotEqual(made, EnsureRules.UuidOf("inst-demo2", "inst-"));
    }

    [Fact]
    public void A_processor_is_called_by_vendor_and_model()
    {
        Assert.Equal("AuthenticAMD EPYC 7713", CpuRules.Name(["processor\t: 0", "vendor_id\t: AuthenticAMD", "model name\t: EPYC 7713", "", "vendor_id\t: Another"]));
        Assert.Equal("", CpuRules.Name(["nothing here"]));
    }

    [Theory]
    [InlineData(2048, 1792)]
    [InlineData(512, 256)]
    [InlineData(100, 0)]
    [InlineData(65536, 57344)]
    public void The_sled_keeps_a_part_of_its_memory(long total, long forGuests) => Assert.Equal(forGuests, CapacityRules.ForGuests(total));
}
