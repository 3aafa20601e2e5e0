using Propolis.Agent.Storage;
using Propolis.Agent.Tests.Fakes;
using Propolis.Agent.Vmms;
using Propolis.Contracts.Agents;

namespace Propolis.Agent.Tests.Storage;

public sealed class StorageTests : IDisposable
{
    readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_start_is_a_new_epoch_and_numbers_rise_over_them()
    {
        var first = SequenceSource.Begin(_folder.Path);
        var last = Enumerable.Range(0, 100).Select(_ => first.Next()).Last();
        var second = SequenceSource.Begin(_folder.Path);
        Assert.Equal((1, 2), (first.Epoch, second.Epoch));
        Assert.True(second.Next() > last);
    }

    [Fact]
    public void Records_come_back_as_they_were()
    {
        var record = new VmmRecord { Instance = Requests.One, Incarnation = 3, Request = Requests.Small(), Port = 5001, State = VmmState.Running, LastReboot = "x" };
        new VmmStore(_folder.Path).Save(record);
        Assert.Equal(record, Assert.Single(new VmmStore(_folder.Path).Load()));
    }

    [Fact]
    public void Memory_outlives_the_vmm()
    {
        var store = new VmmStore(_folder.Path);
        store.SaveMemory(Requests.One, new IncarnationMemory { Highest = 4, Removed = 3 });
        store.Save(new VmmRecord { Instance = Requests.One, Incarnation = 4, Request = Requests.Small() });
        store.Delete(Requests.Key(4));
        Assert.Empty(store.Load());
        Assert.Equal(new IncarnationMemory { Highest = 4, Removed = 3 }, new VmmStore(_folder.Path).Memory(Requests.One));
    }

    [Fact]
    public void A_folder_without_a_record_is_what_a_crash_left()
    {
        var store = new VmmStore(_folder.Path);
        Directory.CreateDirectory(store.FolderOf(Requests.Key(1)));
        Assert.Empty(store.Load());
        Assert.False(Directory.Exists(store.FolderOf(Requests.Key(1))));
    }

    [Fact]
    public void A_write_that_was_cut_leaves_the_old_content()
    {
        DurableFiles.Write(_folder["a.json"], 1);
        File.WriteAllText(_folder["a.json.new"], "{\"half");
        Assert.Equal(1, DurableFiles.Read<int>(_folder["a.json"]));
        DurableFiles.Write(_folder["a.json"], 2);
        Assert.Equal(2, DurableFiles.Read<int>(_folder["a.json"]));
    }

    [Fact]
    public void A_file_changed_by_others_is_told_by_its_path()
    {
        File.WriteAllText(_folder["a.json"], "no json");
        Assert.Contains(_folder["a.json"], Assert.Throws<AgentException>(() => DurableFiles.Read<IncarnationMemory>(_folder["a.json"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_data_folder_has_one_agent()
    {
        using (FolderLock.Take(_folder.Path))
            Assert.Contains("another agent", Assert.Throws<AgentException>(() => FolderLock.Take(_folder.Path)).Message, StringComparison.Ordinal);
        FolderLock.Take(_folder.Path).Dispose();
    }
}
